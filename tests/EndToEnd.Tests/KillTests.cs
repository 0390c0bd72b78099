using EndToEnd.Tests.Files;
using EndToEnd.Tests.Harness;
using Mesh.Contracts;

namespace EndToEnd.Tests;

/// <summary>
/// Each process in turn is killed in the middle of a replay. The replay ends by itself, the books balance, and what is
/// stored and shown is what an undisturbed replay stores and shows.
/// </summary>
public sealed class KillTests(KillTests.TwoOfEach mesh) : IClassFixture<KillTests.TwoOfEach>
{
    private const int Players = 400;
    private const string Decisions = $"quests {EventNames.QuestTransition}";

    /// <summary>One test for each process; of a service with two instances, one.</summary>
    [Theory]
    [InlineData("quests-0")]
    [InlineData("sessions-1")]
    [InlineData("rewards-0")]
    [InlineData("leaderboard-1")]
    [InlineData("ingestion")]
    [InlineData("gateway")]
    [InlineData("kafka")]
    [InlineData("postgres")]
    public async Task Replay_PartKilledInTheMiddle_EndsByItselfAsIfNothingHadBeen(string part)
    {
        await mesh.Mesh.IsWellAsync();
        Dictionary<string, long> undisturbed = await mesh.UndisturbedAsync();
        Dictionary<string, long> before = await CountsAsync(mesh.Mesh);

        await ReplayAndKillAsync(mesh.Mesh, mesh.File, $"killed-{part}", [part]);

        Assert.Equal(undisturbed, Grown(before, await CountsAsync(mesh.Mesh)));
    }

    /// <summary>The same with Apache Kafka as the broker: all of them in turn, during one replay.</summary>
    [KafkaHomeFact]
    public async Task Replay_ApacheKafkaAndEveryPartKilled_EndsByItselfAsIfNothingHadBeen()
    {
        using MeshState state = new();
        string file = Path.Combine(state.Folder, "synthetic.tsv");
        SyntheticCheckIns.Write(file, 4 * Players);
        await using RunningMesh apache = await RunningMesh.StartAsync(
            state, setup: new MeshSetup(KafkaHome: KafkaHomeFactAttribute.Home));
        await ReplayAndKillAsync(
            apache,
            file,
            "all-killed",
            ["quests", "kafka", "sessions", "rewards", "postgres", "leaderboard", "ingestion", "gateway"]);
        await apache.StopCleanlyAsync();
    }

    private static async Task ReplayAndKillAsync(RunningMesh mesh, string file, string game, string[] parts)
    {
        Replayed replayed = new(mesh, file, game, Expected.Of(CheckInRow.ReadAll(file)));
        long before = (await CountsAsync(mesh)).GetValueOrDefault(Decisions);
        Task replay = replayed.ReplayAsync();
        for (int i = 0; i < parts.Length; i++)
        {
            long wanted = before + (replayed.Expected.Rows * (i + 1) / (parts.Length + 2));
            await Until.AnswerAsync(
                $"{wanted} actions are decided",
                async () => replay.IsFaulted ? long.MaxValue : await DecidedAsync(mesh),
                decided => decided >= wanted);
            await mesh.KillPartAsync(parts[i]);
        }

        await replay;
        await replayed.CheckTopAsync();
        await replayed.CheckBooksAsync();
        await mesh.IsWellAsync();
    }

    private static async Task<long> DecidedAsync(RunningMesh mesh)
    {
        try
        {
            return (await CountsAsync(mesh)).GetValueOrDefault(Decisions);
        }
        catch (Npgsql.NpgsqlException)
        {
            return 0; // It is being started again.
        }
    }

    private static async Task<Dictionary<string, long>> CountsAsync(RunningMesh mesh)
    {
        Dictionary<string, long> counts = [];
        foreach (string database in Stores.Databases)
        {
            foreach ((string type, long count) in await mesh.Stores.TypesAsync(database))
            {
                counts.Add($"{database} {type}", count);
            }
        }

        return counts;
    }

    private static Dictionary<string, long> Grown(Dictionary<string, long> before, Dictionary<string, long> after) =>
        after.ToDictionary(count => count.Key, count => count.Value - before.GetValueOrDefault(count.Key));

    /// <summary>
    /// A mesh with two instances of each deciding service, and what an undisturbed replay stores in it.
    /// </summary>
    public sealed class TwoOfEach : IAsyncLifetime
    {
        private readonly MeshState _state = new();
        private RunningMesh? _mesh;
        private Dictionary<string, long>? _undisturbed;

        internal RunningMesh Mesh => _mesh ?? throw new InvalidOperationException("The mesh does not run.");

        internal string File => Path.Combine(_state.Folder, "synthetic.tsv");

        /// <inheritdoc />
        public async Task InitializeAsync()
        {
            SyntheticCheckIns.Write(File, Players);
            _mesh = await RunningMesh.StartAsync(_state, setup: new MeshSetup(Replicas: 2));
        }

        /// <inheritdoc />
        public async Task DisposeAsync()
        {
            try
            {
                if (_mesh is not null)
                {
                    await _mesh.StopCleanlyAsync();
                }
            }
            finally
            {
                if (_mesh is not null)
                {
                    await _mesh.DisposeAsync();
                }

                _state.Dispose();
            }
        }

        internal async Task<Dictionary<string, long>> UndisturbedAsync()
        {
            if (_undisturbed is null)
            {
                Dictionary<string, long> before = await CountsAsync(Mesh);
                Replayed replayed = await Replayed.FirstAsync(Mesh, File, "undisturbed");
                await replayed.CheckBooksAsync();
                _undisturbed = Grown(before, await CountsAsync(Mesh));
            }

            return _undisturbed;
        }
    }
}
