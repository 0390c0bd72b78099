using System.Text.RegularExpressions;

namespace Tidy.Tests.Rules;

/// <summary>
/// Libraries know neither the game nor the services. Words are those that identifiers and sentences are made of.
/// </summary>
internal static partial class GameWords
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "quest", "quests", "reward", "rewards", "leaderboard", "leaderboards", "wallet", "wallets", "player", "players",
        "venue", "venues", "session", "sessions", "ingestion",
    };

    /// <summary>
    /// Where a word means something else: a file or folder below libs/, the word, and what it means there.
    /// </summary>
    private static readonly (string Path, string Word, string Reason)[] Allowed =
    [
        ("libs/Mesh.Broker/", "session", "fetch sessions (KIP-227) and groups' session timeouts are Kafka's"),
        ("libs/Mesh.Broker/", "sessions", "fetch sessions (KIP-227) are Kafka's"),
        ("libs/Mesh.Bus/Client/ClientSettings.cs", "session", "a group's session timeout is Kafka's"),
        ("libs/Mesh.Provisioning/", "session", "a session of Linux (setsid) or of PostgreSQL"),
    ];

    public static IEnumerable<Finding> InLibraries(SourceFile file)
    {
        if (!file.Under("libs"))
        {
            yield break;
        }

        for (int i = 0; i < file.Lines.Length; i++)
        {
            foreach (Match match in Word().Matches(file.Lines[i]))
            {
                if (Words.Contains(match.Value) && !IsAllowed(file.Path, match.Value))
                {
                    yield return new Finding(file.Path, i + 1, $"'{match.Value}': libraries know nothing of the game");
                }
            }
        }
    }

    private static bool IsAllowed(string path, string word) => Array.Exists(
        Allowed,
        a => path.StartsWith(a.Path, StringComparison.Ordinal)
            && a.Word.Equals(word, StringComparison.OrdinalIgnoreCase));

    // PlayerId is Player and Id; IDSession is ID and Session; request is one word.
    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();
}
