namespace Mesh.EventStore.Machinery;

/// <summary>The statements of state rows. The partition's row is locked before any of its states.</summary>
internal static class StateStatements
{
    /// <summary>
    /// One statement: the fence, the rows, the checkpoint. A row that the insert made has no xmax; one that was there
    /// has the lock that came before its update. What the count joins is computed before the partition's row is
    /// touched, so that it stands even if that row is found again in a newer version.
    /// </summary>
    public const string Write = """
        with fence as (
            select partition from partitions where partition = $1 and epoch = $2 for no key update),
        written as (
            insert into states as s (partition, key, part, position, fold, pinned, bytes, checksum)
            select f.partition, r.key, r.part, r.position, r.fold, r.pinned, r.bytes, r.checksum
            from fence f, unnest($4, $5, $6, $7, $8, $9, $10)
                as r (key, part, position, fold, pinned, bytes, checksum)
            on conflict (partition, key, part) do update
            set position = excluded.position, fold = excluded.fold, pinned = excluded.pinned,
                bytes = excluded.bytes, checksum = excluded.checksum
            where s.position <= excluded.position
            returning s.xmax = 0 as inserted),
        added as (select count(*) filter (where inserted) as rows from written)
        update partitions p set checkpoint = greatest(p.checkpoint, $3), states = p.states + a.rows
        from fence f, added a where p.partition = f.partition
        """;

    public const string Checkpoint = """
        update partitions set checkpoint = greatest(checkpoint, $3) where partition = $1 and epoch = $2
        """;

    public const string ByKey = """
        select key, part, position, fold, pinned, bytes, checksum from states
        where partition = $1 and key = any($2) order by key, part
        """;

    /// <summary>
    /// No rows, none expected, and the checkpoint before the first position; nothing under another epoch.
    /// </summary>
    public const string Reset = """
        with fence as (
            select partition from partitions where partition = $1 and epoch = $2 for update),
        gone as (
            delete from states where partition in (select partition from fence))
        update partitions set states = 0, checkpoint = $3 where partition in (select partition from fence)
        """;

    public const string All = """
        select key, part, position, fold, pinned, bytes, checksum from states
        where partition = $1 order by key, part
        """;

    /// <summary>All where the row counts no more than so many; the other statement has the pinned ones else.</summary>
    public const string AllOfFew = """
        select key, part, position, fold, pinned, bytes, checksum from states
        where partition = $1 and (select p.states from partitions p where p.partition = $1) <= $2 order by key, part
        """;

    public const string PinnedOfMany = """
        select key, part, position, fold, pinned, bytes, checksum from states
        where partition = $1 and pinned and (select p.states from partitions p where p.partition = $1) > $2
        order by key, part
        """;

    public const string Summary = """
        select count(*), coalesce(min(fold), 0), coalesce(max(fold), 0) from states where partition = $1
        """;
}
