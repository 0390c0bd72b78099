using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Api;

/// <summary>
/// Services, clients and generated stubs use nothing of <c>Mesh.Grpc</c> that the official packages lack: every member
/// that their compiled code refers to is in <c>official-api.txt</c>.
/// </summary>
public sealed class OfficialApiTests
{
    private const string Library = "Mesh.Grpc";

    private static readonly string[] Official =
    [
        .. File.ReadLines(Path.Combine(Peer.Root, "tests", "Mesh.Grpc.Interop.Tests", "Api", "official-api.txt"))
            .Where(line => line.Length > 0 && line[0] != '#'),
    ];

    // Everything that is built along with these tests; the cores of the services refer to no gRPC.
    private static readonly string[] Users =
    [
        "services/Gateway", "services/Ingestion", "services/Sessions", "services/Quests", "services/Rewards",
        "services/Leaderboard", "cli", "protos", "libs/Mesh.ServiceDefaults", "tests/Mesh.Grpc.Interop",
    ];

    public static TheoryData<string> Projects => [.. Users];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Code_OfAProject_UsesOnlyOfficialMembers(string project) =>
        Assert.Empty(UsedBy(project).Except(Official));

    [Fact]
    public void Code_OfStubsAndServices_IsReadAtAll()
    {
        // A reader that found nothing would find nothing wrong.
        Assert.Contains(
            UsedBy("protos"),
            line => line.StartsWith("static Grpc.Core.Marshallers.Create<", StringComparison.Ordinal));
        Assert.Contains(UsedBy("services/Quests"), line => line.Contains("MapGrpcService", StringComparison.Ordinal));
        Assert.Contains(
            UsedBy("cli"), line => line.Contains("Grpc.Net.Client.GrpcChannel.ForAddress", StringComparison.Ordinal));
    }

    [Fact]
    public void Members_ThatAreNotOfficial_AreFound() => Assert.NotEmpty(
        UsedMembers.Of(AssemblyOf("cli"), "System.CommandLine").Except(Official));

    [Fact]
    public void List_IsSortedOutAndNamesItsSources()
    {
        Assert.Equal(Official.Distinct(), Official);
        Assert.All(Official, line => Assert.True(line.StartsWith("type ", StringComparison.Ordinal)
            || line.Contains(" : ", StringComparison.Ordinal), line));
    }

    private static string[] UsedBy(string project) => UsedMembers.Of(AssemblyOf(project), Library);

    // The configuration that these tests were built in: …/bin/<configuration>/net10.0/
    private static string AssemblyOf(string project)
    {
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar);
        var name = project switch { "protos" => "Mesh.Contracts", "cli" => "mesh", _ => Path.GetFileName(project) };
        var path = Path.Combine(Peer.Root, project, "bin", here[^2], here[^1], $"{name}.dll");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{project} is not built in {here[^2]}", path);
    }
}
