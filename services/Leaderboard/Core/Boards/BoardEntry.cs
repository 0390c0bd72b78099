namespace Mesh.Leaderboard.Core.Boards;

/// <summary>A place on a board.</summary>
/// <param name="Rank">Unique, from 1.</param>
/// <param name="Subject">Who: <c>p/36070</c>.</param>
/// <param name="Score">The sum of the amounts.</param>
/// <param name="ReachedUs">
/// The latest effective time among what makes up the score: microseconds since the epoch.
/// </param>
public readonly record struct BoardEntry(int Rank, string Subject, long Score, long ReachedUs);
