using System.Globalization;

namespace Mesh.Grpc.Interop;

/// <summary>The official flags: <c>--name=value</c>, or <c>--name value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the flags.</summary>
    /// <param name="args">What follows the command.</param>
    /// <param name="known">The flags that the command has; those that end in <c>!</c> take no value.</param>
    /// <exception cref="InteropException">A flag is unknown or has no value.</exception>
    public Options(ReadOnlySpan<string> args, params string[] known)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var flag = args[i].Split('=', 2);
            if (known.Contains(flag[0] + "!"))
            {
                _values[flag[0]] = "true";
            }
            else if (!known.Contains(flag[0]))
            {
                throw new InteropException(
                    $"Unknown option {flag[0]}; there are {string.Join(", ", known.Select(k => k.TrimEnd('!')))}.");
            }
            else if (flag.Length == 2)
            {
                _values[flag[0]] = flag[1];
            }
            else if (i + 1 < args.Length)
            {
                _values[flag[0]] = args[++i];
            }
            else
            {
                throw new InteropException($"{flag[0]} has no value.");
            }
        }

        if (_values.TryGetValue("--use_tls", out var tls) && !tls.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            throw new InteropException($"--use_tls: '{tls}' is not false; these programs speak HTTP/2 without TLS.");
        }
    }

    /// <summary>Whether a flag is there.</summary>
    public bool Has(string flag) => _values.ContainsKey(flag);

    /// <summary>A text.</summary>
    public string Text(string flag, string? absent = null) => _values.GetValueOrDefault(flag, absent!)
        ?? throw new InteropException($"{flag} is missing.");

    /// <summary>A port of TCP; <paramref name="lowest"/> 0 allows the choice of a free one.</summary>
    public int Port(string flag, int lowest = 1)
    {
        var text = Text(flag);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port >= lowest && port <= 65_535
                ? port
                : throw new InteropException($"{flag}: '{text}' is no port; expected {lowest} to 65535.");
    }
}
