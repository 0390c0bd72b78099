using System.Diagnostics;
using Spectre.Console;

namespace Mesh.Cli.Replay;

/// <summary>Shows on standard error how far a replay is: a bar on a terminal, a line now and then elsewhere.</summary>
internal static class ReplayDisplay
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainLine = TimeSpan.FromSeconds(5);

    internal static async Task<ReplayReport> ShowAsync(Replayer replayer, CancellationToken cancellation)
    {
        Task<ReplayReport> running = replayer.RunAsync(cancellation);
        if (Console.IsErrorRedirected)
        {
            await PlainAsync(replayer, running);
        }
        else
        {
            await BarAsync(replayer, running);
        }

        return await running;
    }

    private static async Task PlainAsync(Replayer replayer, Task running)
    {
        long start = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(PlainLine);
        while (await Task.WhenAny(running, timer.WaitForNextTickAsync().AsTask()) != running)
        {
            await Console.Error.WriteLineAsync(Line(replayer, Stopwatch.GetElapsedTime(start)));
        }
    }

    private static Task BarAsync(Replayer replayer, Task running) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            .Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                long start = Stopwatch.GetTimestamp();
                ProgressTask bar = progress.AddTask("reading the file");
                using PeriodicTimer timer = new(Redraw);
                while (await Task.WhenAny(running, timer.WaitForNextTickAsync().AsTask()) != running)
                {
                    bar.MaxValue = Math.Max(replayer.Total, 1);
                    bar.Value = replayer.Acknowledged;
                    bar.Description = Markup.Escape(Line(replayer, Stopwatch.GetElapsedTime(start)));
                }
            });

    private static string Line(Replayer replayer, TimeSpan elapsed)
    {
        long done = replayer.Acknowledged;
        double rate = done / Math.Max(elapsed.TotalSeconds, 0.001);
        return $"{replayer.Doing}: {done:N0} of {replayer.Total:N0}, {rate:N0}/s";
    }
}
