using System.Globalization;

namespace Mesh.Bench.Measuring;

/// <summary>Resident memory, in bytes.</summary>
internal static class ResidentMemory
{
    /// <summary>
    /// VmRSS of a process that stands alone. Where children count, the sum of all their Pss: memory that several of
    /// them share, as PostgreSQL's do, is divided among them and so counted once. Null: we may not read that.
    /// </summary>
    internal static long? Of(MeshProcess process)
    {
        string[] family = process.WithChildren ? [.. Family(process.Id)] : [Text(process.Id)];
        return family.Length == 1 ? Read($"/proc/{family[0]}/status", "VmRSS:") : SumOfPss(family);
    }

    private static long? SumOfPss(IEnumerable<string> family)
    {
        long sum = 0;
        foreach (string id in family)
        {
            try
            {
                sum += Read($"/proc/{id}/smaps_rollup", "Pss:");
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
            catch (IOException)
            {
                // It ended while we read.
            }
        }

        return sum;
    }

    private static long Read(string path, string key)
    {
        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                string kilobytes = line[key.Length..].Trim().Split(' ')[0];
                return long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }

    private static IEnumerable<string> Family(int id)
    {
        ProcessStat[] all =
        [
            .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
                .Where(name => char.IsAsciiDigit(name![0]))
                .Select(name => ProcessStat.Read(name!)).OfType<ProcessStat>(),
        ];
        Queue<int> open = new([id]);
        while (open.TryDequeue(out int parent))
        {
            yield return Text(parent);
            foreach (ProcessStat child in all.Where(stat => stat.Parent == parent))
            {
                open.Enqueue(child.Id);
            }
        }
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}
