namespace Mesh.Partitions.Simulation.Mutants;

/// <summary>Mutants of the commit and of what an instance owns.</summary>
internal static partial class MutantTable
{
    private const string Database = "World/SimDatabase.cs";
    private const string Tally = "Deciding/Tally.cs";

    private static IReadOnlyList<Mutant> OfCommits =>
    [
        new("no-epoch-fence", "Commit", new Edit(
            Database, "page.Epoch != row.Epoch || page.Head != row.Head", "page.Head != row.Head")),
        new("no-head-fence", "Commit",
            new Edit(Database, "page.Epoch != row.Epoch || page.Head != row.Head", "page.Epoch != row.Epoch"),
            new Edit(
                Commits, "Fail(tenure, \"The outcome of a commit is unknown.\");",
                "_singles.Enqueue(batch.Find(b => b.Tenure == tenure));")),
        new("offsets-before-page", "Commit", new Edit(
            Database, "        if (Refuses is { } refuses",
            "        foreach (PageWrite page in pages.Where(p => p.Epoch == Rows[p.Partition].Epoch))\n        {\n"
            + "            Rows[page.Partition] = Rows[page.Partition] with { Inputs = page.Inputs };\n        }\n\n"
            + "        if (Refuses is { } refuses")),
        new("inputs-after-page", "Commit", new Edit(
            Database, "            Inputs = page.Inputs,\n",
            "            Inputs = page.Events.Count > 0 ? row.Inputs : page.Inputs,\n")),
        new("unknown-is-written", "Commit", new Edit(
            Commits, "Fail(tenure, \"The outcome of a commit is unknown.\");",
            "if (!tenure.IsOver) { tenure.Machine.Committed(); tenure.Send(); }")),
        new("fenced-is-written", "Commit", new Edit(
            Commits,
            "            Fail(tenure, \"Another owner or another commit was there before.\");\n"
            + "            return;\n",
            "")),
        new("refused-is-dropped", "Commit", new Edit(Commits, "                _singles.Enqueue(single);\n", "")),
        new("answered-before-commit", "Commit", new Edit(Partition, "if (Head == CommittedHead)", "if (true)")),
        new("replies-before-commit", "Commit", new Edit(
            Partition, "&& reply.Position <= CommittedHead)", "&& reply.Position <= Head)")),
        new("relayed-before-commit", "Commit",
            new Edit(
                Partition,
                "        _page.Add(new StoredEvent(position, stream, type, body, cause, target, previous));",
                "        StoredEvent stored = new(position, stream, type, body, cause, target, previous);\n"
                + "        _page.Add(stored);\n        _relay.Hand(stored);"),
            new Edit(
                Partition, "            }\n\n            _relay.Hand(stored);\n        }", "            }\n        }")),
        new("ids-forgotten", "Decide", new Edit(
            "Deciding/TallyProcessor.cs", "else if (!tally.Knows(deed.Id))", "else")),
        new("ids-not-saved", "Decide", new Edit(
            Tally, "for (; _savedParts < parts; _savedParts++)", "for (; _savedParts < parts - 1; _savedParts++)")),
    ];

    private static IReadOnlyList<Mutant> OfOwnership =>
    [
        new("counter-not-looked-at", "Own", new Edit(
            Database, "|| counter == seenCounter;", "|| true;")),
        new("epoch-not-raised", "Own", new Edit(
            Database, "Rows[n] = Rows[n] with { Epoch = Rows[n].Epoch + 1 };", "Rows[n] = Rows[n] with { };")),
        new("take-unseen", "Own", new Edit(
            Database, "if (_owners[n] != seen.Owner || Rows[n].Epoch != seen.Epoch || !free)", "if (!free)")),
        new("always-fresh", "Own", new Edit(OwnershipFile, "io.Now < _freshUntil;", "io.Now < long.MaxValue;")),
        new("fresh-too-long", "Own", new Edit(
            "Limits.cs", "TimeSpan Fresh = TimeSpan.FromMilliseconds(400)",
            "TimeSpan Fresh = TimeSpan.FromMilliseconds(5000)")),
        new("fresh-from-answer", "Own", new Edit(OwnershipFile, "_freshUntil = sentAt +", "_freshUntil = now +")),
        new("stalls-count", "Own", new Edit(
            OwnershipFile, "long counted = Math.Min(gap, (long)Limits.LookGap.TotalMilliseconds);",
            "long counted = gap;"), new Edit(
            OwnershipFile, "Still = stalled ? 0 : peer.Still + counted", "Still = peer.Still + counted")),
        new("recovered-under-any-epoch", "Own", new Edit(
            RecoveryFile, "ThrowIfLost(row.Epoch == mine);", "")),
        new("released-undrained", "Own", new Edit(
            TenureFile, "!Machine.HasPage && !Machine.Committing\n        && ", "")),
    ];

    private static IReadOnlyList<Mutant> OfStates =>
    [
        new("captured-uncommitted", "Checkpoint", new Edit(
            States, "if (_slice!.Given || committed < _slice.At)", "if (_slice!.Given)")),
        new("checkpoint-before-rows", "Checkpoint", new Edit(
            States, "last ? _roundHead : Checkpoint", "_roundHead")),
        new("checkpoint-past-round", "Checkpoint", new Edit(
            States, "last ? _roundHead : Checkpoint", "last ? head : Checkpoint")),
        new("states-backwards", "Checkpoint", new Edit(
            Database, "exists && before.Position > state.Position", "false")),
        new("states-assumed-written", "Checkpoint", new Edit(
            TenureFile, "Machine.StatesWritten(written ?? false)", "Machine.StatesWritten(true)")),
        new("tail-folded-twice", "Checkpoint", new Edit(
            Partition, " && stored.Position > _states.LoadedAt(stored.Stream)", "")),
        new("tail-unchanged", "Checkpoint", new Edit(
            Partition,
            "            Processor.Committed(stored);\n            _states.Change(stored.Stream);\n        }",
            "            Processor.Committed(stored);\n        }")),
        new("changed-evicted", "Checkpoint", new Edit(
            States, "if (state.Changed || state.Pending || state.Used)", "if (state.Pending || state.Used)")),
        new("pending-evicted", "Checkpoint", new Edit(
            States, "if (state.Changed || state.Pending || state.Used)", "if (state.Changed || state.Used)")),
        new("missing-unnoticed", "Checkpoint", new Edit(
            RecoveryFile, "summary.Rows != row.States ?", "summary.Rows < 0 ?")),
        new("damaged-unnoticed", "Checkpoint", new Edit(RecoveryFile, "usable &= !rows[i].Damaged && ", "usable &= ")),
        new("older-fold-unnoticed", "Checkpoint", new Edit(
            RecoveryFile, "rows[i].Fold == foldVersion && ", "")),
        new("read-again", "Checkpoint", new Edit(
            Partition, "        _missing.RemoveWhere(_states.IsResident);\n", "")),
    ];
}
