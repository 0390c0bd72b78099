using System.Text.Json;

namespace EndToEnd.Tests.Harness;

/// <summary>What <c>mesh replay --json</c> prints, as far as tests read it.</summary>
internal sealed record ReplayAnswer(string Game, long Rows, long Sent, long Accepted, long Refused);

/// <summary>A line of what <c>mesh top --json</c> prints.</summary>
internal sealed record TopLine(int Rank, string Player, long Score, string ReachedAt);

/// <summary>What <c>mesh verify GAME --json</c> prints.</summary>
internal sealed record VerifyAnswer(
    string Game,
    long ActionsAccepted,
    long ActionsInQuests,
    long ItemsCollected,
    long RewardsIssued,
    long WalletsSum,
    long Sessions,
    long Players,
    long DifferencesCount,
    string[] Differences);

/// <summary>Reads what the tool prints.</summary>
internal static class ToolAnswers
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    internal static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Web) ?? throw new InvalidDataException($"Not an answer: {json}");
}
