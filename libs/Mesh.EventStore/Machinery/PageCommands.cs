using System.Buffers;
using System.Diagnostics;
using Npgsql;
using static Mesh.EventStore.Machinery.Parameters;

namespace Mesh.EventStore.Machinery;

/// <summary>
/// Turns pages into the statements that commit them, one each. Their bytes lie in rented buffers.
/// </summary>
internal sealed class PageCommands
{
    private readonly List<byte[]> _rented = [];

    public NpgsqlBatchCommand Build(PageWrite page) => page.Events.Count == 0 ? RowOnly(page) : Full(page);

    /// <summary>Gives the buffers back: only when nobody can be sending them any more.</summary>
    public void Return()
    {
        foreach (byte[] rented in _rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        _rented.Clear();
    }

    private static NpgsqlBatchCommand RowOnly(PageWrite page) => new(Statements.CommitRow)
    {
        Parameters =
        {
            Of(page.Partition), Of(page.Epoch), Of(page.Head), Of(page.Relayed), Of(page.Inputs), Of(page.Sent),
        },
    };

    private NpgsqlBatchCommand Full(PageWrite page)
    {
        int count = page.Events.Count;
        Debug.Assert(count <= Limits.PageEvents, "A page is bounded where it is made.");
        Debug.Assert(
            page.Events.Select(e => e.Position).SequenceEqual(Enumerable.Range(1, count).Select(n => page.Head + n)),
            "Positions are contiguous by construction.");
        List<string> names = new(4);
        (byte[] rented, int length) = PackedEvents.Pack(page.Events, names);
        _rented.Add(rented);
        return new NpgsqlBatchCommand(Statements.Commit)
        {
            Parameters =
            {
                Of(page.Partition), Of(page.Epoch), Of(page.Head), Of(page.Head + count), Of(page.Relayed),
                Of(page.Inputs), Of(page.Sent), Of(count), Of(names), Of(new ReadOnlyMemory<byte>(rented, 0, length)),
            },
        };
    }
}
