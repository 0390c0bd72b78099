using System.Runtime.InteropServices;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// Ctrl+C, SIGTERM, and the end of <c>dotnet run</c>: the first asks for a clean stop, a second one does not wait for it
/// (the children stop by themselves when we are gone).
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupted = 130;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _registrations = [];

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
        if (_stop.IsCancellationRequested)
        {
            Environment.Exit(Interrupted);
        }

        _stop.Cancel();
    }
}
