namespace Mesh.EventStore;

/// <summary>What came of one page of a commit.</summary>
public enum CommitResult
{
    /// <summary>The page and its partition's row are durable.</summary>
    Written,

    /// <summary>Epoch or head had moved on: nothing of the page is written.</summary>
    Fenced,
}

/// <summary>
/// What is known for certain after a commit: either it went through and <paramref name="Pages"/> tells of each page,
/// or the database refused it, rolled all of it back, and <paramref name="SqlState"/> tells why. A commit whose
/// outcome is unknown has no answer but an exception.
/// </summary>
/// <param name="Pages">The transaction is committed: what came of each page, in order. Null: refused.</param>
/// <param name="SqlState">The refusal's SQLSTATE; nothing at all is written. Null: committed.</param>
/// <param name="Constraint">The constraint that was violated, if the refusal names one.</param>
public sealed record CommitAnswer(IReadOnlyList<CommitResult>? Pages, string? SqlState, string? Constraint);
