using System.IO.Compression;
using System.Security.Cryptography;

namespace Mesh.Cli.Replay;

/// <summary>A check-in file, plain or compressed by gzip.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Sha256">SHA-256 of the decompressed bytes, lower-case hexadecimal: part of every action id.</param>
/// <param name="Rows">Rows below the heading.</param>
internal sealed record CheckInFile(string Path, string Sha256, long Rows)
{
    private const string Packed = ".gz";

    /// <summary>The file's name without <c>.tsv.gz</c> or <c>.tsv</c>: the default game.</summary>
    internal static string GameOf(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        foreach (string suffix in (string[])[".tsv.gz", ".tsv", Packed])
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return name[..^suffix.Length];
            }
        }

        return name;
    }

    /// <summary>Reads the file once, for its hash, its heading and the number of its rows.</summary>
    /// <exception cref="CliException">There is no such file, or it is no check-in file.</exception>
    internal static CheckInFile Examine(string path)
    {
        try
        {
            using Stream content = Open(path);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[128 * 1024];
            long lines = 0;
            bool open = false;
            bool first = true;
            int read;
            while ((read = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
            {
                ReadOnlySpan<byte> part = buffer.AsSpan(0, read);
                if (first && !IsHeaded(part))
                {
                    throw new CliException($"{path} does not begin with: player utc latitude longitude venue.");
                }

                first = false;
                hash.AppendData(part);
                lines += part.Count((byte)'\n');
                open = part[^1] != '\n';
            }

            return first
                ? throw new CliException($"{path} is empty.")
                : new CheckInFile(path, Convert.ToHexStringLower(hash.GetHashAndReset()), lines + (open ? 1 : 0) - 1);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CliException($"{path} cannot be read: {failure.Message}");
        }
    }

    /// <summary>The lines below the heading.</summary>
    internal LineReader OpenRows(out Stream content)
    {
        content = Open(Path);
        LineReader lines = new(content);
        lines.TryRead(out _);
        return lines;
    }

    private static bool IsHeaded(ReadOnlySpan<byte> start) =>
        start.StartsWith(CheckInLine.Heading)
        && (start.Length == CheckInLine.Heading.Length
            || start[CheckInLine.Heading.Length] is (byte)'\n' or (byte)'\r');

    private static Stream Open(string path)
    {
        FileStream file = new(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan);
        return path.EndsWith(Packed, StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
    }
}
