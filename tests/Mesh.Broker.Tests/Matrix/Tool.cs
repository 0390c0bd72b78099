using System.Diagnostics;

namespace Mesh.Broker.Tests.Matrix;

/// <summary>Runs other people's programs.</summary>
internal static class Tool
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Whether the shell would find it.</summary>
    public static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>What a program prints; a failure with its words when it does not end well, and in time.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, string? input = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xmx128m";
        start.Environment["KAFKA_JVM_PERFORMANCE_OPTS"] = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto";
        start.Environment["LOG_DIR"] = Path.GetTempPath();
        using Process process = Process.Start(start)!;
        using CancellationTokenSource deadline = new(Deadline);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string command = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} did not end within {Deadline}: {await output} {await errors}");
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{command} ended with {process.ExitCode}: {await output} {await errors}");
    }
}
