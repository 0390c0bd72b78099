using System.Runtime.InteropServices;

namespace Mesh.FaultHook;

/// <summary>
/// Orders of whoever torments this process: a file of one line, <c>PLACE ACTION</c>, appears by a rename. The first
/// thread that reaches the place after that takes the order, by renaming the file to <c>FILE.reached</c>, and acts:
/// <c>kill</c> sends SIGKILL to the process, <c>stop</c> sends SIGSTOP (whoever ordered it sends SIGCONT), <c>error</c>
/// throws an <see cref="IOException"/>. A file that is deleted before is an order withdrawn: as of two renames or
/// deletions only one succeeds, an order is either carried out once or not at all.
/// </summary>
/// <param name="file">The file.</param>
internal sealed partial class FaultOrders(string file)
{
    private const int Kill = 9;
    private const int Stop = 19;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);

    private volatile Order? _order;

    /// <summary>Looks for orders from now on, on a thread of its own.</summary>
    internal void Watch() => new Thread(Run) { IsBackground = true, Name = "fault orders" }.Start();

    /// <summary>Carries the order out when it is for this place.</summary>
    /// <exception cref="IOException">The order says so.</exception>
    internal void Reach(string place)
    {
        if (_order is { } order && order.Place == place && Take())
        {
            Act(order);
        }
    }

    private void Run()
    {
        while (true)
        {
            _order = Read();
            Thread.Sleep(Beat);
        }
    }

    private Order? Read()
    {
        try
        {
            string[] words = File.Exists(file) ? File.ReadAllText(file).Split(' ', '\n') : [];
            return words.Length >= 2 ? new Order(words[0], words[1]) : null;
        }
        catch (IOException)
        {
            // Taken or withdrawn between the two looks.
            return null;
        }
    }

    private bool Take()
    {
        try
        {
            File.Move(file, file + ".reached");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            _order = null;
        }
    }

    private static void Act(Order order)
    {
        switch (order.Action)
        {
            case "kill":
                _ = Signal(Environment.ProcessId, Kill);
                Thread.Sleep(Timeout.Infinite);
                break;
            case "stop":
                _ = Signal(Environment.ProcessId, Stop);
                break;
            default:
                throw new IOException($"Ordered to fail at {order.Place}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private sealed record Order(string Place, string Action);
}
