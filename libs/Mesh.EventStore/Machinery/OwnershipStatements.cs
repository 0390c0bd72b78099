namespace Mesh.EventStore.Machinery;

/// <summary>
/// The statements of liveness and ownership. Locks are taken in one order everywhere: the row of one instance, then
/// partitions, ascending. So they cannot wait for each other, or for a commit, in a circle.
/// </summary>
internal static class OwnershipStatements
{
    /// <summary>Locks the own row until the batch ends: the reads after it are ordered with every take.</summary>
    public const string Beat = """
        update instances set counter = counter + 1, address = $2, rates = $3 where instance = $1
        """;

    /// <summary>
    /// Where there is no row yet there is none that a take could wait for: a take that began before and saw none could
    /// end after the beat. So a first beat lets every take that is under way end, and those after it see the row.
    /// </summary>
    public const string FirstBeatAlone = "lock table instances in exclusive mode";

    public const string FirstBeat = """
        insert into instances (instance, address, counter, rates) values ($1, $2, 1, $3)
        on conflict (instance) do update
        set counter = instances.counter + 1, address = excluded.address, rates = excluded.rates
        """;

    public const string Instances = "select instance, address, counter, rates from instances order by instance";

    public const string Owners = "select partition, owner, epoch from partitions order by partition";

    /// <summary>
    /// Locking the owner's row waits for a beat that is under way and then sees its counter; a beat that comes later
    /// waits for the take and reads the partitions after it. $1 partition, $2 owner seen, $3 epoch seen, $4 counter
    /// seen, $5 new owner.
    /// </summary>
    public const string Take = """
        with rival as (
            select counter from instances where instance = $2 and $2 is distinct from $5 for update)
        update partitions p set owner = $5, epoch = p.epoch + 1
        from (select max(counter) as counter from rival) r
        where p.partition = $1 and p.owner is not distinct from $2 and p.epoch = $3
          and ($2 is null or $2 = $5 or r.counter is not distinct from $4)
        returning p.epoch
        """;

    public const string Release = """
        update partitions set owner = null where partition = $1 and owner = $2 and epoch = $3
        """;

    public const string LeaveInstance = "delete from instances where instance = $1";

    public const string LeavePartitions = """
        with mine as (select partition from partitions where owner = $1 order by partition for no key update)
        update partitions p set owner = null from mine m where p.partition = m.partition
        """;

    public const string Forget = """
        delete from instances where instance = $1 and counter = $2
        and not exists (select from partitions where owner = $1)
        """;
}
