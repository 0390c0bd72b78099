using Npgsql;

namespace Mesh.EventStore.Machinery;

/// <summary>A page as it was read: columns in step.</summary>
internal sealed class PageReader
{
    private readonly Dictionary<(short Name, short Partition, string? Key), EventTarget> _targets = [];
    private string[] _names = [];
    private string[] _streams = [];
    private short[] _types = [];
    private short[] _targetNames = [];
    private short[] _targetPartitions = [];
    private string?[] _keys = [];
    private long[] _previous = [];
    private byte[][] _roots = [];
    private byte[][] _bodies = [];

    public long First { get; private init; }

    public int Count => _bodies.Length;

    public static async Task<PageReader> ReadAsync(NpgsqlDataReader row, CancellationToken cancel) => new()
    {
        First = row.GetInt64(0),
        // The same few names in every page: one string each, which readers compare by reference first.
        _names = Array.ConvertAll(await row.GetFieldValueAsync<string[]>(1, cancel), string.Intern),
        _streams = await row.GetFieldValueAsync<string[]>(2, cancel),
        _types = await row.GetFieldValueAsync<short[]>(3, cancel),
        _targetNames = await row.GetFieldValueAsync<short[]>(4, cancel),
        _targetPartitions = await row.GetFieldValueAsync<short[]>(5, cancel),
        _keys = await row.GetFieldValueAsync<string?[]>(6, cancel),
        _previous = await row.GetFieldValueAsync<long[]>(7, cancel),
        _roots = await row.GetFieldValueAsync<byte[][]>(8, cancel),
        _bodies = await row.GetFieldValueAsync<byte[][]>(9, cancel),
    };

    public StoredEvent Event(int i) => new(
        First + i,
        _streams[i],
        _names[_types[i] - 1],
        _bodies[i],
        _roots[i],
        Target(i),
        _previous[i]);

    private EventTarget? Target(int i)
    {
        if (_targetNames[i] == 0)
        {
            return null;
        }

        (short, short, string?) id = (_targetNames[i], _targetPartitions[i], _keys[i]);
        if (!_targets.TryGetValue(id, out EventTarget? target))
        {
            target = new EventTarget(_names[_targetNames[i] - 1], _targetPartitions[i], _keys[i]);
            _targets.Add(id, target);
        }

        return target;
    }
}
