using System.Diagnostics;
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
    private long _progressAt = Stopwatch.GetTimestamp();
    private volatile string? _trouble;

    /// <summary>Actions that are durable or refused.</summary>
    internal long Acknowledged => Interlocked.Read(ref _acknowledged);

    internal long Refused => Interlocked.Read(ref _refused);

    internal long Accepted => Acknowledged - Refused;

    /// <summary>When an action was acknowledged last, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    internal long ProgressAt => Interlocked.Read(ref _progressAt);

    /// <summary>What keeps actions from being acknowledged, for people; null: nothing does.</summary>
    internal string? Trouble
    {
        get => _trouble;
        set => _trouble = value;
    }

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
        if (count > 0)
        {
            Interlocked.Add(ref _acknowledged, count);
            Interlocked.Exchange(ref _progressAt, Stopwatch.GetTimestamp());
            _trouble = null;
        }

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
