using Mesh.AppModel.Hosting;
using Mesh.Provisioning;

namespace Mesh.AppModel;

/// <summary>
/// An application of several processes on one machine. The vocabulary is .NET Aspire's: a composition written for this
/// library reads the same there.
/// </summary>
public sealed class DistributedApplication
{
    private readonly IReadOnlyList<Resource> _resources;
    private readonly AppHostOptions _options;
    private readonly string _statePath;
    private readonly HostLocation _location;
    private readonly ProvisioningException? _problem;

    internal DistributedApplication(
        IReadOnlyList<Resource> resources,
        AppHostOptions options,
        string statePath,
        HostLocation location,
        ProvisioningException? problem)
    {
        _resources = resources;
        _options = options;
        _statePath = statePath;
        _location = location;
        _problem = problem;
    }

    /// <summary>Begins a composition.</summary>
    /// <param name="args">The command line: see <see cref="AppHostOptions"/>.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return new DistributedApplicationBuilder(args, AppContext.BaseDirectory);
    }

    /// <summary>
    /// Starts everything, waits for Ctrl+C, SIGTERM or <paramref name="cancellation"/>, and stops everything. Once all
    /// runs, a part that ends is started again, on the same data and ports: after 100 ms (1.5 s when it is one of
    /// several), twice as long each time up to 5 s, and from the beginning again after it was healthy for 10 s.
    /// </summary>
    /// <returns>
    /// The exit code, which is also set as <see cref="Environment.ExitCode"/>: 0 after a clean stop, 1 when something
    /// did not start, or ended before all ran; then standard error says what and what to do.
    /// </returns>
    public async Task<int> RunAsync(CancellationToken cancellation = default)
    {
        int code;
        try
        {
            code = await RunOrThrowAsync(cancellation);
        }
        catch (ProvisioningException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            code = 1;
        }

        Environment.ExitCode = code;
        return code;
    }

    private async Task<int> RunOrThrowAsync(CancellationToken cancellation)
    {
        if (_problem is not null)
        {
            throw _problem;
        }

        if (_options.Help)
        {
            Console.WriteLine(ArgumentParser.Usage);
            return 0;
        }

        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellation);
        using var state = StateDirectory.Open(_statePath);
        try
        {
            await state.WaitForEarlierRunAsync(stop.Token);
            await Preflight.CheckAsync(_resources, _options, _location, Console.Out, stop.Token);
            if (_options.Fresh)
            {
                state.Clear();
            }

            try
            {
                return await RunPartsAsync(state, stop.Token);
            }
            finally
            {
                state.RunFile.Delete();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
    }

    private async Task<int> RunPartsAsync(StateDirectory state, CancellationToken stop)
    {
        await using var parts = new Orchestrator(_resources, state, _location, Console.Out);
        try
        {
            Console.WriteLine($"Starting {_resources.Count} resources; data and logs are in {state.Root}");
            await parts.StartAsync(stop);
            Overview.Show(_resources, parts.Parts, Console.Out);
            await parts.Failure.WaitAsync(stop);
            return 1;
        }
        finally
        {
            Console.WriteLine("Stopping.");
        }
    }
}
