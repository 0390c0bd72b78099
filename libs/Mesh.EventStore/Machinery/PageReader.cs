using System.Buffers;
using Npgsql;

namespace Mesh.EventStore.Machinery;

/// <summary>A page as it was read, whose events are taken one after the other.</summary>
internal sealed class PageReader : IDisposable
{
    private readonly long _first;
    private readonly int _events;
    private readonly PageNames _names;
    private readonly byte[] _rented;
    private readonly int _length;
    private int _at;
    private int _taken;

    private PageReader(long first, int events, string[] names, byte[] rented, int length) =>
        (_first, _events, _names, _rented, _length) = (first, events, new PageNames(names), rented, length);

    /// <summary>Reads the row of <see cref="Statements.Pages"/> that a reader stands on, column after column.</summary>
    public static async Task<PageReader> ReadAsync(NpgsqlDataReader row, CancellationToken cancel)
    {
        long first = row.GetInt64(0);
        int events = row.GetInt32(1);
        string[] names = await row.GetFieldValueAsync<string[]>(2, cancel);
        await using Stream packed = await row.GetStreamAsync(3, cancel);
        int length = checked((int)packed.Length);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        await packed.ReadExactlyAsync(rented.AsMemory(0, length), cancel);
        return new PageReader(first, events, names, rented, length);
    }

    /// <exception cref="InvalidDataException">The page is not what was written.</exception>
    public bool TryTake(out StoredEvent stored)
    {
        if (_taken == _events && _at == _length)
        {
            stored = default;
            return false;
        }

        try
        {
            ReadOnlySpan<byte> left = _rented.AsSpan(_at, _length - _at);
            stored = PackedEvents.Take(ref left, _first + _taken, _names);
            _at = _length - left.Length;
            _taken++;
            return true;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"The page at position {_first} is damaged at its event {_taken}.", e);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
}
