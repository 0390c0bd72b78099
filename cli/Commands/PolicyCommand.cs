using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh policy</c>: how the door treats the caller's actions, shown and changed while it runs.</summary>
internal static class PolicyCommand
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default
        .WithIndentation().WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true));

    internal static Command Create() => new("policy", "Lanes and limits of the door: data, changed while it runs.")
    {
        Show(),
        Put(),
    };

    private static Command Show()
    {
        Option<uint> version = new("--version")
        {
            Description = "This version; else the newest.", HelpName = "N",
        };
        Option<string?> gateway = Places.GatewayOption();
        Command command = new("show", "Prints a version of the policy, as JSON.") { version, gateway };
        command.SetAction((parsed, cancellation) => GatewayConnection.UseAsync(
            parsed.GetValue(gateway),
            async connection =>
            {
                Console.WriteLine(Json.Format(await Patience.OfACommand().CallAsync(
                    () => connection.Quests.GetDoorPolicyAsync(
                        new GetDoorPolicyRequest { Version = parsed.GetValue(version) },
                        cancellationToken: cancellation).ResponseAsync,
                    cancellation)));
                return 0;
            },
            cancellation));
        return command;
    }

    private static Command Put()
    {
        Argument<string> file = new("file")
        {
            Description = "The policy, whole, as JSON: what `mesh policy show` prints under \"policy\".",
        };
        Option<uint?> expected = new("--expected-version")
        {
            Description = "Publishes only when this is the newest version; else whatever that is.", HelpName = "N",
        };
        Option<string?> gateway = Places.GatewayOption();
        Command command = new("put", "Publishes the next version of the policy.") { file, expected, gateway };
        command.SetAction((parsed, cancellation) =>
        {
            DoorPolicy policy = Read(parsed.GetValue(file)!);
            return GatewayConnection.UseAsync(
                parsed.GetValue(gateway),
                async connection =>
                {
                    PublishedDoorPolicy published = await PutAsync(
                        connection, policy, parsed.GetValue(expected), cancellation);
                    Console.WriteLine($"The door policy is version {published.Version}.");
                    return 0;
                },
                cancellation);
        });
        return command;
    }

    private static async Task<PublishedDoorPolicy> PutAsync(
        GatewayConnection gateway, DoorPolicy policy, uint? expected, CancellationToken cancellation)
    {
        Patience patience = Patience.OfACommand();
        uint version = expected ?? (await patience.CallAsync(
            () => gateway.Quests.GetDoorPolicyAsync(
                new GetDoorPolicyRequest(), cancellationToken: cancellation).ResponseAsync,
            cancellation)).Version;
        PutDoorPolicyRequest request = new() { Policy = policy, ExpectedVersion = version };
        return await patience.CallAsync(
            async () =>
            {
                try
                {
                    return await gateway.Quests.PutDoorPolicyAsync(request, cancellationToken: cancellation);
                }
                catch (RpcException conflict) when (
                    Problems.FromRpcException(conflict) is { Code: ErrorCodes.VersionConflict } problem)
                {
                    // ABORTED passes elsewhere; here the same again would meet the same.
                    throw new CliException($"{problem.Code}: {problem.Message}");
                }
            },
            cancellation);
    }

    /// <summary>A policy in a file.</summary>
    /// <exception cref="CliException">The file cannot be read, or is no policy.</exception>
    internal static DoorPolicy Read(string path)
    {
        try
        {
            return JsonParser.Default.Parse<DoorPolicy>(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            or InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new CliException($"{path} is not a door policy: {failure.Message}");
        }
    }
}
