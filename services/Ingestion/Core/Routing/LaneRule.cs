namespace Mesh.Ingestion.Core.Routing;

/// <summary>Actions of these kinds travel in this lane.</summary>
/// <param name="GameId">The game whose actions are meant; empty: every game.</param>
/// <param name="Kinds">The kinds; none: every kind. What this version of the door does not know is passed over.</param>
/// <param name="Lane">The lane, from 0.</param>
public sealed record LaneRule(string GameId, IReadOnlyList<ActionKind> Kinds, int Lane);
