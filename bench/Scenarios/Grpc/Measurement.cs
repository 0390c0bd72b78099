using Mesh.Bench.Measuring;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>What one server did under one load.</summary>
/// <param name="CallsPerCpuSecond">Of the server's process alone.</param>
/// <param name="BytesPerCall">Allocated by the server; null where it cannot tell.</param>
/// <param name="CallsPerSecond">By the clock: says as much about the client.</param>
internal sealed record Measurement(double CallsPerCpuSecond, double? BytesPerCall, double CallsPerSecond)
{
    // Tiered compilation settles that late; after 3 s ours was at two thirds of what it reaches.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(4);

    /// <summary>Loads a server until it is warm, and on while it is measured.</summary>
    /// <exception cref="BenchException">A connection has failed: no figures.</exception>
    internal static async Task<Measurement> TakeAsync(
        ServerProcess server, LoadMode mode, double scale, CancellationToken cancellation)
    {
        List<LoadConnection> connections = [];
        try
        {
            for (int i = 0; i < mode.Connections; i++)
            {
                LoadConnection connection = new(server.Port, mode);
                connections.Add(connection);
                connection.Start();
            }

            await Task.Delay(WarmUp * scale, cancellation);
            long? allocatedBefore = await server.AllocatedAsync(cancellation);
            CpuSample before = server.Cpu();
            long callsBefore = Completed();
            await Task.Delay(Measured * scale, cancellation);
            long calls = Completed() - callsBefore;
            CpuSample after = server.Cpu();
            long? allocated = await server.AllocatedAsync(cancellation) - allocatedBefore;
            return calls == 0
                ? throw new BenchException($"{mode.Name}: nothing came back.")
                : new Measurement(
                    calls / (after.Total - before.Total),
                    allocated / (double)calls,
                    calls / after.SecondsSince(before));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        long Completed()
        {
            long sum = 0;
            foreach (LoadConnection connection in connections)
            {
                sum += connection.Failure is { } failure
                    ? throw new BenchException($"{mode.Name}: {failure.Message}")
                    : connection.Completed;
            }

            return sum;
        }
    }
}
