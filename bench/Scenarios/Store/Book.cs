using System.Globalization;
using Mesh.Bench.Reporting;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>What was measured, round by round, in the order in which each figure came first.</summary>
internal sealed class Book(Action<string> say)
{
    private readonly List<Entry> _entries = [];

    /// <summary>Says what is being done.</summary>
    internal void Say(string doing) => say(doing);

    /// <summary>Notes a figure of one round.</summary>
    /// <param name="name">What was measured; the same in each round.</param>
    /// <param name="unit">The unit, of the peer's figure as well.</param>
    /// <param name="ours">The figure.</param>
    /// <param name="peer">Who did the same beside it, and its figure in this round; null: nobody.</param>
    /// <param name="aim">What is aimed at; null: nothing.</param>
    internal void Note(string name, string unit, double ours, (string Name, double Value)? peer = null, Aim? aim = null)
    {
        Entry? entry = _entries.Find(e => e.Name == name);
        if (entry is null)
        {
            entry = new Entry(name, unit, peer?.Name, aim, [], []);
            _entries.Add(entry);
        }

        entry.Ours.Add(ours);
        string beside = string.Empty;
        if (peer is { } other)
        {
            entry.Peer.Add(other.Value);
            beside = string.Create(CultureInfo.InvariantCulture, $", {other.Name} {other.Value:N2}");
        }

        say(string.Create(CultureInfo.InvariantCulture, $"{name}: {ours:N2} {unit}{beside}"));
    }

    /// <summary>Notes the rate of some work, and the CPU time of each piece on both sides.</summary>
    /// <param name="name">What was done.</param>
    /// <param name="unit">What was counted: singular.</param>
    /// <param name="ours">What it took.</param>
    /// <param name="peer">Who did the same, and what that took.</param>
    /// <param name="aim">What is aimed at for the rate; null: nothing.</param>
    internal void Note(string name, string unit, Work ours, (string Name, Work Took) peer, Aim? aim = null)
    {
        (string who, Work took) = peer;
        Note(name, $"{unit}s/s", ours.PerSecond, (who, took.PerSecond), aim);
        Note($"{name}: server CPU", $"us/{unit}", ours.ServerMicros, (who, took.ServerMicros));
        Note($"{name}: client CPU", $"us/{unit}", ours.ClientMicros, (who, took.ClientMicros));
    }

    internal IReadOnlyList<StoreFigure> Figures() =>
        [.. _entries.Select(e => StoreFigure.Of(e.Name, e.Unit, e.Ours, e.PeerName, e.Peer, e.Aim))];

    private sealed record Entry(
        string Name, string Unit, string? PeerName, Aim? Aim, List<double> Ours, List<double> Peer);
}
