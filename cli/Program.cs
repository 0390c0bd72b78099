using System.CommandLine;
using Mesh.Cli;
using Mesh.Cli.Commands;

RootCommand root = new("Works with a running mesh.")
{
    ReplayCommand.Create(),
    TopCommand.Create(),
    VerifyCommand.Create(),
    DlqCommand.Create(),
    LagCommand.Create(),
    PolicyCommand.Create(),
    BrokerCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
    });
}
catch (CliException failure)
{
    await Console.Error.WriteLineAsync($"mesh: {failure.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
