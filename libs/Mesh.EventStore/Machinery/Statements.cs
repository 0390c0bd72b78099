namespace Mesh.EventStore.Machinery;

/// <summary>The statements that read and write the log.</summary>
internal static class Statements
{
    public const string Cluster = """
        update store set cluster = coalesce(cluster, $1) returning cluster
        """;

    public const string RememberedCluster = """
        select cluster from store
        """;

    public const string Row = """
        select epoch, head, relayed, inputs, sent, checkpoint, states from partitions where partition = $1
        """;

    /// <summary>The fence and the page, one statement: no row updated, no page inserted.</summary>
    public const string Commit = """
        with fence as (
            update partitions set head = $4, relayed = $5, inputs = $6, sent = $7
            where partition = $1 and epoch = $2 and head = $3
            returning partition)
        insert into pages (partition, first, events, names, packed) select partition, $3 + 1, $8, $9, $10 from fence
        """;

    /// <summary>The same with nothing to append.</summary>
    public const string CommitRow = """
        update partitions set relayed = $4, inputs = $5, sent = $6 where partition = $1 and epoch = $2 and head = $3
        """;

    /// <summary>The page that holds the first position wanted, and those that follow.</summary>
    public const string Pages = """
        select first, events, names, packed from pages
        where partition = $1 and first <= $3 and first >= coalesce(
            (select max(first) from pages where partition = $1 and first <= $2), $2)
        order by first
        """;

    /// <summary>The pages with what is not in the states or not relayed.</summary>
    public const string Tail = """
        with wanted as (
            select least(checkpoint, relayed) + 1 as first from partitions where partition = $1)
        select first, events, names, packed from pages
        where partition = $1 and first >= coalesce(
            (select max(first) from pages where partition = $1 and first <= (select first from wanted)),
            (select first from wanted))
        order by first
        """;

    /// <summary>
    /// One row with the number of pages, or none. What is relayed stays relayed, so that nothing has to be locked.
    /// </summary>
    public const string Truncate = """
        with fence as (
            select partition, relayed from partitions where partition = $1 and epoch = $2),
        gone as (
            delete from pages p using fence f
            where p.partition = f.partition
              and p.first <= least($3, f.relayed) and p.first + p.events - 1 <= least($3, f.relayed)
            returning p.first)
        select (select count(*) from gone) from fence
        """;

    /// <summary>A length is known without reading what lies out of line.</summary>
    public const string LogBytes = "select coalesce(sum(octet_length(packed)), 0)::bigint from pages";
}
