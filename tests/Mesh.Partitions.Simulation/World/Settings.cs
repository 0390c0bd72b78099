using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Simulation.World;

/// <summary>What a seed makes of its world.</summary>
internal sealed record Settings
{
    public const int Partitions = 2;
    public const int Keys = 6;
    public const string Out = "out";
    public static readonly string[] ActionTopics = ["a0", "a1"];
    public static readonly string[] Streams = ["k0", "k1", "k2", "k3", "k4", "k5"];

    /// <summary>Nothing but stalls of databases: nobody may change hands.</summary>
    public required bool Calm { get; init; }

    /// <summary>Nothing but lost records: each needs one repetition at the most.</summary>
    public required bool Lossy { get; init; }

    /// <summary>When faults stop, in milliseconds.</summary>
    public required long FaultsUntil { get; init; }

    public required int Faults { get; init; }

    public required int Actions { get; init; }

    public required int Commands { get; init; }

    public required int Queries { get; init; }

    /// <summary>Of a hundred requests to a database, so many have an answer that is lost.</summary>
    public required int LostAnswers { get; init; }

    /// <summary>Longest stall of an instance.</summary>
    public required int LongestStall { get; init; }

    /// <summary>The broker loses records that it has acknowledged.</summary>
    public required bool LosesRecords { get; init; }

    /// <summary>One stream is pinned.</summary>
    public required bool Pins { get; init; }

    public required MachineLimits Limits { get; init; }

    public static Settings Roll(Dice dice)
    {
        bool calm = dice.Chance(6);
        bool lossy = !calm && dice.Chance(6);
        bool longer = dice.Chance(3);
        return new Settings
        {
            Calm = calm,
            Lossy = lossy,
            FaultsUntil = calm || lossy ? 5_500 : longer ? 16_000 : dice.Between(2_200, 4_500),
            Faults = dice.Between(6, 20),
            Actions = lossy ? 70 : dice.Between(14, 26),
            Commands = dice.Between(1, 4),
            Queries = dice.Between(10, 30),
            LostAnswers = calm || lossy ? 0 : dice.Between(0, 2),
            LongestStall = longer ? 15_000 : 2_500,
            LosesRecords = dice.Chance(50),
            Pins = dice.Chance(30),
            Limits = new MachineLimits
            {
                ResidentStates = dice.Between(1, 3),
                EagerStates = dice.Between(0, 3),
                SliceStates = dice.Between(1, 2),
                CheckpointEvents = dice.Between(3, 8),
                CheckpointAge = TimeSpan.FromMilliseconds(300),
                PageEvents = dice.Below(3) switch { 0 => 1, 1 => 2, _ => 100 },
            },
        };
    }
}
