using Google.Protobuf;
using Mesh.Cli.Following;
using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Replay;

/// <summary>What has become of the rows so far. Safe for threads.</summary>
internal sealed class ReplayTally
{
    internal const int NamedRefusals = 5;

    private readonly Lock _gate = new();
    private readonly Positions _reached = new();
    private readonly List<string> _refusals = [];
    private long _acknowledged;
    private long _refused;

    /// <summary>Actions that are durable or refused.</summary>
    internal long Acknowledged => Interlocked.Read(ref _acknowledged);

    internal long Refused => Interlocked.Read(ref _refused);

    internal long Accepted => Acknowledged - Refused;

    /// <summary>The first few refusals, for people.</summary>
    internal IReadOnlyList<string> Refusals
    {
        get
        {
            lock (_gate)
            {
                return [.. _refusals];
            }
        }
    }

    /// <summary>Where in their topics the tokens say that the actions lie. Read it when all is acknowledged.</summary>
    internal Positions Reached => _reached;

    internal void Acknowledge(int count, ByteString token)
    {
        Interlocked.Add(ref _acknowledged, count);
        if (!token.IsEmpty)
        {
            lock (_gate)
            {
                _reached.Take(token);
            }
        }
    }

    internal void Refuse(in PendingAction action, Problem? problem)
    {
        Interlocked.Increment(ref _refused);
        lock (_gate)
        {
            if (_refusals.Count < NamedRefusals)
            {
                _refusals.Add(
                    $"row {action.Row}, player {action.Player.Id}: {problem?.Code ?? "REFUSED"}: {problem?.Message}");
            }
        }
    }
}
