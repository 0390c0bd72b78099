using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// Commits what tenures have decided, all together, one commit at a time: while it is under way the next pages fill.
/// When the database refuses a batch it is repeated page by page; a page that is refused by itself starts its partition
/// over with half as many events to a page, until the one that is refused stands alone.
/// </summary>
internal sealed class CommitCycle(IInstanceIo io, Action<Tenure, string> failed)
{
    private static readonly long QuietCommit = (long)Limits.QuietCommit.TotalMilliseconds;
    private readonly Queue<(Tenure Tenure, PageWrite Page)> _singles = new();
    private bool _underWay;
    private long _quietSince;

    public bool IsIdle => !_underWay && _singles.Count == 0;

    /// <summary>Called when the database refuses a page, whoever else is in the batch, with the reason.</summary>
    public event Action<Tenure, string>? Refused;

    /// <summary>Begins a commit when there is something to commit and none is under way.</summary>
    public void Turn(IReadOnlyList<Tenure?> tenures)
    {
        if (_underWay)
        {
            return;
        }

        long now = io.Now;
        bool quietDue = now - _quietSince >= QuietCommit;
        List<(Tenure Tenure, PageWrite Page)> batch = [];
        if (_singles.TryDequeue(out (Tenure Tenure, PageWrite Page) single))
        {
            batch.Add(single);
        }
        else
        {
            foreach (Tenure? tenure in tenures)
            {
                if (tenure is { IsActive: true } && IsDue(tenure, quietDue, now))
                {
                    tenure.CommitBeganAt = now;
                    batch.Add((tenure, tenure.Machine.TakePage()));
                }
            }

            if (quietDue)
            {
                _quietSince = now;
            }
        }

        if (batch.Count > 0)
        {
            _underWay = true;
            io.Commit([.. batch.Select(b => b.Page)], answer => Answered(batch, answer));
        }
    }

    // Where pages follow one another, the next one takes the quiet progress along.
    private static bool IsDue(Tenure tenure, bool quietDue, long now) =>
        tenure.Machine.HasPage
        || (tenure.Machine.HasQuietProgress
            && ((quietDue && now - tenure.CommitBeganAt >= QuietCommit)
                || tenure.Phase == TenurePhase.Draining));

    private void Answered(List<(Tenure Tenure, PageWrite Page)> batch, CommitAnswer? answer)
    {
        _underWay = false;
        if (answer?.Pages is { } results)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                Finish(batch[i].Tenure, results[i]);
            }
        }
        else if (answer is null)
        {
            foreach ((Tenure tenure, _) in batch)
            {
                Fail(tenure, "The outcome of a commit is unknown.");
            }
        }
        else if (batch.Count > 1)
        {
            foreach ((Tenure, PageWrite) single in batch)
            {
                _singles.Enqueue(single);
            }
        }
        else
        {
            Tenure tenure = batch[0].Tenure;
            string reason = Describe(batch[0].Page, answer);
            if (!tenure.IsOver && !IsPassing(answer.SqlState!))
            {
                Refused?.Invoke(tenure, reason);
            }

            Fail(tenure, reason);
        }
    }

    private void Finish(Tenure tenure, CommitResult result)
    {
        if (tenure.IsOver)
        {
            return;
        }

        if (result == CommitResult.Fenced)
        {
            Fail(tenure, "Another owner or another commit was there before.");
            return;
        }

        tenure.Machine.PageLimit = Math.Min(tenure.Machine.PageLimit * 2, Limits.PageEvents);
        tenure.Machine.Committed();
        tenure.Send();
    }

    // By class of SQLSTATE: a deadlock's rollback, resources, locks, operators, the system say nothing of the page.
    private static bool IsPassing(string sqlState) => sqlState[..2] is "40" or "53" or "55" or "57" or "58" or "XX";

    private void Fail(Tenure tenure, string reason)
    {
        if (!tenure.IsOver)
        {
            failed(tenure, reason);
        }
    }

    private static string Describe(PageWrite page, CommitAnswer answer)
    {
        string what = page.Events.Count == 0
            ? "a commit without events"
            : $"{page.Events.Count} events from position {page.Head + 1} on, the first of {page.Events[0].Stream}";
        return $"The database refuses {what}: SQLSTATE {answer.SqlState}, constraint {answer.Constraint ?? "none"}.";
    }
}
