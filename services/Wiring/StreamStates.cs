using Mesh.Contracts;

namespace Mesh.Wiring;

/// <summary>The states that a partition has in memory, by stream. Owned by the loop.</summary>
/// <param name="begin">Makes a stream's empty state.</param>
internal sealed class StreamStates<TState>(Func<string, TState> begin)
    where TState : class
{
    private readonly Dictionary<string, TState> _states = new(StringComparer.Ordinal);

    public IEnumerable<TState> All => _states.Values;

    /// <summary>A player's stream; of one that is in memory the same string each time.</summary>
    public string NameOf(string tenant, string player)
    {
        int length = tenant.Length + player.Length + Placement.PlayerInfix.Length;
        Span<char> name = length <= 256 ? stackalloc char[length] : new char[length];
        tenant.CopyTo(name);
        Placement.PlayerInfix.CopyTo(name[tenant.Length..]);
        player.CopyTo(name[(tenant.Length + Placement.PlayerInfix.Length)..]);
        return _states.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out string? known, out _)
            ? known
            : name.ToString();
    }

    public TState? Find(string stream) => _states.GetValueOrDefault(stream);

    /// <summary>A stream's state; an empty one when it is not in memory.</summary>
    public TState Open(string stream) => Find(stream) ?? Add(stream);

    /// <summary>An empty state for a stream that is not in memory.</summary>
    public TState Add(string stream)
    {
        TState state = begin(stream);
        _states.Add(stream, state);
        return state;
    }

    public void Remove(string stream) => _states.Remove(stream);
}

/// <summary>
/// The last record parsed. Its stream is asked for first, and its decision follows at once: it is parsed once for both.
/// </summary>
internal sealed class ParsedRecord<TMessage>(Func<byte[], TMessage> parse)
    where TMessage : class
{
    private byte[]? _value;
    private TMessage? _message;

    public TMessage Of(byte[] value)
    {
        if (_message is null || !ReferenceEquals(_value, value))
        {
            _message = parse(value);
            _value = value;
        }

        return _message;
    }
}
