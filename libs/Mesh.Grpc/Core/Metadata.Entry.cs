using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with its value. Immutable.</summary>
    public class Entry
    {
        private static readonly SearchValues<char> KeyCharacters =
            SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        /// <summary>Creates a binary entry.</summary>
        /// <param name="key">The key, ending in <c>-bin</c>.</param>
        /// <param name="valueBytes">The bytes; copied.</param>
        /// <exception cref="ArgumentException">The key is not allowed, or does not end in <c>-bin</c>.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!IsBinaryKey(Key))
            {
                throw new ArgumentException("The key of a binary value must end in '-bin'.", nameof(key));
            }

            _valueBytes = [.. valueBytes];
        }

        /// <summary>Creates a text entry.</summary>
        /// <param name="key">The key, not ending in <c>-bin</c>.</param>
        /// <param name="value">Printable ASCII text.</param>
        /// <exception cref="ArgumentException">The key is not allowed, or ends in <c>-bin</c>.</exception>
        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinaryKey(Key))
            {
                throw new ArgumentException("The value of a key that ends in '-bin' must be bytes.", nameof(key));
            }

            _value = value;
        }

        // What the transport received: checked by HTTP, owned by nobody else.
        private Entry(string key, string? value, byte[]? valueBytes)
        {
            Key = key;
            _value = value;
            _valueBytes = valueBytes;
        }

        /// <summary>The key, in lower case.</summary>
        public string Key { get; }

        /// <summary>A copy of the value as bytes.</summary>
        public byte[] ValueBytes => _valueBytes is null ? Encoding.ASCII.GetBytes(_value!) : [.. _valueBytes];

        /// <summary>The value as text.</summary>
        /// <exception cref="InvalidOperationException">The value is binary.</exception>
        public string Value =>
            _value ?? throw new InvalidOperationException("A binary value cannot be read as text.");

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => _value is null;

        internal ReadOnlySpan<byte> BinaryValue => _valueBytes;

        /// <inheritdoc/>
        public override string ToString() => IsBinary
            ? $"[Entry: key={Key}, valueBytes={Convert.ToBase64String(_valueBytes!)}]"
            : $"[Entry: key={Key}, value={_value}]";

        internal static bool IsBinaryKey(string key) => key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        internal static Entry Received(string key, string value) => new(key, value, null);

        internal static Entry Received(string key, byte[] valueBytes) => new(key, null, valueBytes);

        internal bool KeyEquals(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string NormalizeKey(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = key.ToLowerInvariant();
            if (lower.Length == 0 || lower.AsSpan().ContainsAnyExcept(KeyCharacters))
            {
                throw new ArgumentException($"The metadata key '{key}' is not valid.", nameof(key));
            }

            return lower;
        }
    }
}
