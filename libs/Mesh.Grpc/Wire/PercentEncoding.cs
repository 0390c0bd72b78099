using System.Text;

namespace Grpc.Wire;

/// <summary>
/// The coding of <c>grpc-message</c>: UTF-8, in which every byte outside space to tilde, and the percent sign, is
/// written as <c>%XX</c>.
/// </summary>
internal static class PercentEncoding
{
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Codes a text; returns the same string when there is nothing to code.</summary>
    /// <param name="text">Any Unicode text; a lone surrogate becomes U+FFFD.</param>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var coded = new StringBuilder(text.Length * 2);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                coded.Append((char)octet);
            }
            else
            {
                coded.Append('%').Append(Hex[octet >> 4]).Append(Hex[octet & 0xf]);
            }
        }

        return coded.ToString();
    }

    /// <summary>Decodes a text. Never fails: what is not a valid code stands for itself, as the protocol asks.</summary>
    /// <param name="coded">The value of the header.</param>
    public static string Decode(string coded)
    {
        if (!coded.Contains('%', StringComparison.Ordinal))
        {
            return coded;
        }

        var source = Encoding.UTF8.GetBytes(coded);
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == (byte)'%' && i + 2 < source.Length
                && char.IsAsciiHexDigit((char)source[i + 1]) && char.IsAsciiHexDigit((char)source[i + 2]))
            {
                source[length++] = (byte)((Digit(source[i + 1]) << 4) | Digit(source[i + 2]));
                i += 2;
            }
            else
            {
                source[length++] = source[i];
            }
        }

        return Encoding.UTF8.GetString(source, 0, length);
    }

    private static int Digit(byte hex) => hex <= (byte)'9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
