namespace Mesh.Bench.Scenarios.Torture;

/// <summary>How a partition changed hands.</summary>
internal enum Change
{
    /// <summary>Its owner gave it up.</summary>
    Release,

    /// <summary>Somebody took what had been given up.</summary>
    Handover,

    /// <summary>Somebody took it from an owner that counted as gone.</summary>
    Takeover,

    /// <summary>Its owner took it again, after it had started over.</summary>
    Retake,
}

/// <summary>One change.</summary>
internal sealed record OwnershipChange(
    string Service, long Id, int Partition, Change Change, long Epoch, string? From, string? To, DateTime At)
{
    public override string ToString() =>
        $"{At:HH:mm:ss.fff} {Service}, partition {Partition}: {Change}, epoch {Epoch}, {From ?? "-"} to {To ?? "-"}";
}

/// <summary>
/// Every change of every partition's owner, as a trigger in each database writes it down. The trigger sees only what
/// names the owner or the epoch: commits do not, and cost nothing more.
/// </summary>
internal sealed class OwnershipHistory(Databases databases)
{
    private const string Setup = """
        create table if not exists ownership_history (
            id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
            partition integer not null, epoch bigint not null, old_owner uuid, new_owner uuid,
            old_address text, new_address text);
        create or replace function note_ownership() returns trigger language plpgsql as $$
        begin
            insert into ownership_history (partition, epoch, old_owner, new_owner, old_address, new_address)
            values (new.partition, new.epoch, old.owner, new.owner,
                    (select address from instances where instance = old.owner),
                    (select address from instances where instance = new.owner));
            return null;
        end $$;
        create or replace trigger note_ownership after update of owner, epoch on partitions
        for each row when (old.owner is distinct from new.owner or old.epoch <> new.epoch)
        execute function note_ownership();
        """;

    private const string After = """
        select id, partition, epoch, old_address, new_address, at,
               case when new_owner is null then 0 when old_owner is null then 1
                    when new_owner <> old_owner then 2 else 3 end
        from ownership_history where id > {0} order by id
        """;

    /// <summary>Begins to write down.</summary>
    internal async Task BeginAsync(CancellationToken cancellation)
    {
        foreach (string service in Victims.DecidingServices)
        {
            await databases.RowsAsync(service, Setup, _ => 0, cancellation);
        }
    }

    /// <summary>The changes of all services after those given; all of them when none are.</summary>
    internal async Task<IReadOnlyList<OwnershipChange>> SinceAsync(
        IReadOnlyList<OwnershipChange> known, CancellationToken cancellation)
    {
        List<OwnershipChange> changes = [];
        foreach (string service in Victims.DecidingServices)
        {
            long last = known.LastOrDefault(change => change.Service == service)?.Id ?? 0;
            changes.AddRange(await databases.RowsAsync(
                service,
                After.Replace("{0}", $"{last}", StringComparison.Ordinal),
                row => new OwnershipChange(
                    service,
                    row.GetInt64(0),
                    row.GetInt32(1),
                    (Change)row.GetInt32(6),
                    row.GetInt64(2),
                    row.IsDBNull(3) ? null : row.GetString(3),
                    row.IsDBNull(4) ? null : row.GetString(4),
                    row.GetDateTime(5)),
                cancellation));
        }

        return changes;
    }
}
