using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// Ctrl+C, SIGTERM, and the end of <c>dotnet run</c>: the first asks for a clean stop. One that comes later does not
/// wait for it: the children stop by themselves when we are gone.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupted = 130;

    /// <summary>
    /// Wrappers such as timeout(1) signal their child and then its whole group, which holds the child too: repeats that
    /// come this soon are not a person's impatience.
    /// </summary>
    private static readonly TimeSpan EchoLimit = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _registrations = [];
    private long _first;

    internal StopSignals()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        _registrations.Add(ParentWatch.Start(_stop.Cancel));
    }

    internal CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        var first = Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0);
        if (first == 0)
        {
            _stop.Cancel();
        }
        else if (Stopwatch.GetElapsedTime(first) > EchoLimit)
        {
            Environment.Exit(Interrupted);
        }
    }
}
