using System.Diagnostics;
using System.Globalization;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// An order to a process: act when you come to a fault point. It is carried out once, or withdrawn. The startup hook in
/// the process reads it from a file and renames the file when it acts.
/// </summary>
internal sealed class ArmedFault
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(2);
    private readonly string _file;
    private readonly string _reached;

    private ArmedFault(string file) => (_file, _reached) = (file, file + ".reached");

    /// <param name="folder">Where the hook looks for orders.</param>
    /// <param name="process">Whose order it is.</param>
    /// <param name="place">A name of <see cref="Partitions.FaultPoints.All"/>.</param>
    /// <param name="action">kill, stop or error.</param>
    internal static ArmedFault Arm(string folder, int process, string place, string action)
    {
        ArmedFault armed = new(Path.Combine(folder, process.ToString(CultureInfo.InvariantCulture)));
        File.Delete(armed._reached);
        string draft = armed._file + ".new";
        File.WriteAllText(draft, $"{place} {action}\n");
        File.Move(draft, armed._file, overwrite: true);
        return armed;
    }

    /// <summary>Waits until the place is reached; after the limit the order is withdrawn.</summary>
    /// <returns>Whether it was reached.</returns>
    internal async Task<bool> ReachedAsync(TimeSpan limit, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        while (!File.Exists(_reached))
        {
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                File.Delete(_file);
                return File.Exists(_reached);
            }

            await Task.Delay(Beat, cancellation);
        }

        return true;
    }
}
