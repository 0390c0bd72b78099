using System.Globalization;

namespace Mesh.Cli.DeadLetters;

/// <summary>
/// Which dead letter: who could not process which record, such as <c>quests/game.v1.actions.p0/3/1205</c>.
/// </summary>
internal sealed record LetterId(string Service, string Topic, int Partition, long Offset)
{
    /// <exception cref="CliException">It is none.</exception>
    internal static LetterId Parse(string text) =>
        text.Split('/') is [{ Length: > 0 } service, { Length: > 0 } topic, var partition, var offset]
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out long at)
            ? new LetterId(service, topic, n, at)
            : throw new CliException(
                $"'{text}' is no dead letter: SERVICE/TOPIC/PARTITION/OFFSET, as mesh dlq list shows them.");

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Service}/{Topic}/{Partition}/{Offset}");
}
