using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Grpc;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios;

/// <summary><c>bench grpc</c>: what a gRPC call costs the server, beside the least that Kestrel can do.</summary>
internal static class GrpcScenario
{
    internal const string ServerCommand = "grpc-server";

    internal static Command Create()
    {
        Option<int> rounds = Number("--rounds", 3, "Measures everything so many times, in new processes each time.");
        Option<double> scale = new("--scale")
        {
            Description = "Shortens everything by this factor, for trials: 1 is what is worth keeping.",
            HelpName = "FACTOR",
            DefaultValueFactory = _ => 1,
        };
        Option<string?> json = Json();
        Command command = new("grpc", "Unary and streaming calls, beside a bare HTTP/2 endpoint and @grpc/grpc-js.")
        {
            rounds, scale, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? file = Writable(parsed.GetValue(json));
            await RunAsync(
                AtLeast(1, rounds.Name, parsed.GetValue(rounds)),
                parsed.GetValue(scale) is > 0 and <= 1 and var factor
                    ? factor
                    : throw new BenchException($"{scale.Name} must be above 0 and at most 1."),
                file,
                cancellation);
        });
        return command;
    }

    /// <summary>What is measured runs as a child of <c>bench grpc</c>.</summary>
    internal static Command CreateServer()
    {
        Argument<string> kind = new("kind");
        kind.AcceptOnlyFromAmong(EchoHost.Mesh, EchoHost.Kestrel);
        Command command = new(ServerCommand, "Serves, for 'grpc'.") { kind };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => EchoHost.RunAsync(parsed.GetValue(kind)!, cancellation));
        return command;
    }

    private static async Task RunAsync(int rounds, double scale, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        (IReadOnlyList<GrpcFigure> figures, string? peer) =
            await GrpcRun.RunAsync(layout, rounds, scale, cancellation);
        GrpcReport report = new(
            "grpc", TimeProvider.System.GetUtcNow(), commit, Machine.Here(), load, rounds, scale, peer, figures);
        GrpcTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
