using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace EndToEnd.Tests.Door;

/// <summary>What tests of the door check of a call and of what it left behind.</summary>
internal static class Books
{
    /// <summary>The call fails with a status, and its trailers hold the problem.</summary>
    internal static async Task RefusesAsync(StatusCode status, string code, string field, Func<Task> call)
    {
        RpcException failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(status, failure.StatusCode);
        Refuses(code, field, Problems.FromRpcException(failure));
    }

    /// <summary>The problem has a code, names its field, and says something to people.</summary>
    internal static void Refuses(string code, string field, Problem? problem)
    {
        Assert.NotNull(problem);
        Assert.Equal((code, field), (problem.Code, problem.Field));
        Assert.NotEmpty(problem.Message);
    }

    /// <summary>The accepted actions are all there is of a game: no topic and no store has any other.</summary>
    internal static async Task CheckAsync(
        RunningMesh mesh, string game, IReadOnlyCollection<Action> accepted, IEnumerable<Action> refused)
    {
        VerifyAnswer books = ToolAnswers.Read<VerifyAnswer>(await mesh.VerifyAsync(game));
        Assert.Equal((accepted.Count, accepted.Count), (books.ActionsAccepted, books.ActionsInQuests));
        Assert.Empty(books.Differences);
        if (accepted.Count > 0)
        {
            Assert.NotEqual(0, await mesh.Stores.NamingAsync(IdsOf(accepted)));
        }

        Assert.Equal(0, await mesh.Stores.NamingAsync(IdsOf(refused)));
    }

    // An id that is none cannot be looked for.
    private static Guid[] IdsOf(IEnumerable<Action> actions) =>
    [
        .. actions.Select(action => Guid.TryParse(action.ActionId, out Guid id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty),
    ];
}
