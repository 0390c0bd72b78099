using System.Diagnostics;
using System.Globalization;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>Keeps one part running: whenever it ends, and however, it is started again.</summary>
/// <param name="plan">How it is started.</param>
/// <param name="started">Told of each new part as soon as there is something to stop.</param>
/// <param name="terminal">Where a line goes when it ends, and when it is back.</param>
internal sealed class Supervisor(PartPlan plan, Action<RunningPart> started, TextWriter terminal)
{
    private readonly Backoff _backoff =
        new(plan.Resource is ProjectResource { Replicas: > 1 } ? Backoff.OneOfSeveral : Backoff.Alone);

    /// <summary>Watches over a part that is ready now; returns only by the token.</summary>
    internal async Task RunAsync(RunningPart part, CancellationToken stop)
    {
        var end = await EndOfAsync(part, readySince: Stopwatch.GetTimestamp(), stop);
        while (true)
        {
            var wait = _backoff.Next(end.HealthyFor);
            terminal.WriteLine($"{end.What}; starting it again in {Text(wait)}");
            await Task.Delay(wait, stop);
            end = await RunOnceAsync(stop);
        }
    }

    /// <summary>
    /// No limit to how long it may take to get ready: it may have to wait for others that are being started again too.
    /// </summary>
    private async Task<End> RunOnceAsync(CancellationToken stop)
    {
        RunningPart part;
        try
        {
            part = await plan.StartAsync(true, stop);
        }
        catch (Exception problem) when (problem is ProvisioningException or IOException)
        {
            return new End($"{plan.Name} did not start ({problem.Message.Split('\n')[0].TrimEnd(':')})", TimeSpan.Zero);
        }

        started(part);
        var isReady = await part.WaitUntilReadyAsync(TimeSpan.MaxValue, stop) is null;
        if (isReady)
        {
            terminal.WriteLine($"{part.Name} is back (process {part.ProcessId})");
        }

        return await EndOfAsync(part, isReady ? Stopwatch.GetTimestamp() : null, stop);
    }

    private static async Task<End> EndOfAsync(RunningPart part, long? readySince, CancellationToken stop)
    {
        var code = await part.Exited.WaitAsync(stop);
        var healthyFor = readySince is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;
        await part.StopAsync();
        return new End($"{part.Name} (process {part.ProcessId}) ended with code {code}", healthyFor);
    }

    private static string Text(TimeSpan wait) => wait < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{wait.TotalMilliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{wait.TotalSeconds:0.#} s");

    private readonly record struct End(string What, TimeSpan HealthyFor);
}
