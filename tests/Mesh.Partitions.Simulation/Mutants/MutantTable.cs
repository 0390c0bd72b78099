namespace Mesh.Partitions.Simulation.Mutants;

/// <summary>All mutants: those of the machine, and of rules that live in SQL or in the client.</summary>
internal static partial class MutantTable
{
    private const string Relay = "Machine/RelayLedger.cs";
    private const string Inputs = "Machine/InputLedger.cs";
    private const string Partition = "Machine/PartitionMachine.cs";
    private const string Records = "Machine/PartitionMachine.Records.cs";
    private const string States = "Machine/StateLedger.cs";
    private const string TenureFile = "Machine/Tenure.cs";
    private const string Commits = "Machine/CommitCycle.cs";
    private const string OwnershipFile = "Machine/Ownership.cs";
    private const string RecoveryFile = "Machine/Recovery.cs";

    public static IReadOnlyList<Mutant> All { get; } =
        [.. OfCommits, .. OfRelay, .. OfInputs, .. OfStates, .. OfOwnership];

    private static IReadOnlyList<Mutant> OfRelay =>
    [
        new("previous-of-this-memory", "Relay", new Edit(Relay, "                Sent = mark.Sent,\n", "")),
        new("relayed-highest", "Relay", new Edit(
            Relay, "long relayed = _handed;",
            "long relayed = _targets.Count > 0 ? Math.Max(_handed, 0) : _handed;\n"
            + "if (Unacknowledged > 0) { return _targets.Values.Max(t => t.Acknowledged); }")),
        new("relayed-handed-over", "Relay", new Edit(Relay, "first.Position <= relayed", "first.Position < 0")),
        new("rewind-forgets", "Relay", new Edit(Relay, "                again.AddRange(target.Waiting);\n", "")),
        new("rewind-keeps-held", "Relay", new Edit(Relay, "                target.Held?.Clear();\n", "")),
        new("recovery-relays-from-checkpoint", "Relay", new Edit(
            Partition, "if (stored.Position > _savedRelayed)",
            "if (stored.Position > Math.Max(_savedRelayed, _states.Checkpoint))")),
        new("tail-from-checkpoint", "Relay", new Edit(
            "World/SimDatabase.cs", "Math.Min(row.Checkpoint, row.Relayed) + 1", "row.Checkpoint + 1")),
        new("acknowledged-to-successor", "Relay", new Edit(
            "World/SimProducer.cs",
            "if (session == _session && sent.Counted && !_closed.Contains(sent.Tenure))\n        {\n"
            + "            sent.Tenure.Acknowledge(",
            "if (session == _session && sent.Counted && instance.Machine.Owned[sent.Tenure.Partition]"
            + " is { IsActive: true } now)\n        {\n            now.Acknowledge(")),
        new("target-chosen-again", "Relay", new Edit(
            "World/SimProducer.cs", "stored.Target.Partition);",
            "(stored.Target.Partition + (tenure.Epoch > 3 ? 1 : 0)) % Settings.Partitions);")),
        new("not-gapless", "Relay", new Edit(
            "World/SimProducer.cs",
            "            world.Broker.UnderWay -= target.Count;\n            target.Clear();\n            Fail();\n",
            "")),
        new("resend-holds-nothing", "Relay", new Edit(
            Relay, "if (target.Held is null)\n            {\n                return true;",
            "if (true)\n            {\n                return true;")),
    ];

    private static IReadOnlyList<Mutant> OfInputs =>
    [
        new("gaps-applied", "Dedupe", new Edit(
            Inputs, ": (long)from.Previous <= last ? Admission.Apply\n                : Admission.Gap;",
            ": Admission.Apply;")),
        new("repeats-applied", "Dedupe", new Edit(
            Inputs, "(long)from.Position <= last ? Admission.Repeat\n                : ", "")),
        new("unseen-anywhere", "Dedupe", new Edit(
            Inputs, "from.Previous == 0 || (!read && offset > 0)", "true")),
        new("offset-past-gap", "Dedupe", new Edit(
            Inputs, "if (gap.Offset < next[topic].Next)", "if (gap.Offset < 0)")),
        new("checksum-of-another-offset", "Restores", new Edit(
            Inputs, "next[topic] = new InputPlace(gap.Offset, null);",
            "next[topic] = next[topic] with { Next = gap.Offset };")),
        new("gap-closes-early", "Dedupe", new Edit(
            Inputs, "gap with { Position = Math.Max(gap.Position, position) }", "gap")),
        new("gap-not-asked-for", "Dedupe", new Edit(TenureFile, "            AskForGaps();\n", "")),
        new("old-assignment", "Collect", new Edit(
            TenureFile, "if (!IsServing || _assignments[lane] != assignment)", "if (!IsServing)")),
        new("waiting-skipped", "Collect", new Edit(
            Records, "if (Processor.Process(record, this) == Verdict.Wait)",
            "Processor.Process(record, this);\n                if (false)")),
        new("held-overtaken", "Collect", new Edit(
            Records, "if (_held.Count > 0)\n        {\n            Prefetch",
            "if (false)\n        {\n            Prefetch")),
    ];
}
