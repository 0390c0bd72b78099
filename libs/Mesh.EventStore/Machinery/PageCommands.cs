using System.Diagnostics;
using Npgsql;
using static Mesh.EventStore.Machinery.Parameters;

namespace Mesh.EventStore.Machinery;

/// <summary>Turns a page into the one statement that commits it.</summary>
internal static class PageCommand
{
    public static NpgsqlBatchCommand Build(PageWrite page) => page.Events.Count == 0 ? RowOnly(page) : Full(page);

    private static NpgsqlBatchCommand RowOnly(PageWrite page) => new(Statements.CommitRow)
    {
        Parameters =
        {
            Of(page.Partition), Of(page.Epoch), Of(page.Head), Of(page.Relayed), Of(page.Inputs), Of(page.Sent),
        },
    };

    private static NpgsqlBatchCommand Full(PageWrite page)
    {
        IReadOnlyList<StoredEvent> events = page.Events;
        int count = events.Count;
        Debug.Assert(count <= Limits.PageEvents, "A page is bounded where it is made.");
        List<string> names = new(4);
        string[] streams = new string[count];
        short[] types = new short[count];
        short[] targets = new short[count];
        short[] targetPartitions = new short[count];
        string?[] keys = new string?[count];
        long[] previous = new long[count];
        byte[][] roots = new byte[count][];
        byte[][] bodies = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            StoredEvent e = events[i];
            Debug.Assert(e.Position == page.Head + 1 + i, "Positions are contiguous by construction.");
            streams[i] = e.Stream;
            types[i] = IndexOf(names, e.Type);
            targets[i] = e.Target is null ? (short)0 : IndexOf(names, e.Target.Topic);
            targetPartitions[i] = (short)(e.Target?.Partition ?? 0);
            keys[i] = e.Target?.Key;
            previous[i] = e.Previous;
            roots[i] = e.Root;
            bodies[i] = e.Body;
        }

        return new NpgsqlBatchCommand(Statements.Commit)
        {
            Parameters =
            {
                Of(page.Partition), Of(page.Epoch), Of(page.Head), Of(page.Head + count), Of(page.Relayed),
                Of(page.Inputs), Of(page.Sent), Of(names), Of(streams), Of(types), Of(targets), Of(targetPartitions),
                Of(keys), Of(previous), Of(roots), Of(bodies),
            },
        };
    }

    // A page has a handful of names: a scan beats a dictionary. The same string instance comes again and again.
    private static short IndexOf(List<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (ReferenceEquals(names[i], name) || names[i] == name)
            {
                return (short)(i + 1);
            }
        }

        names.Add(name);
        return (short)names.Count;
    }
}
