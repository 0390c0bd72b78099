using System.CommandLine;
using Mesh.Cli.Connection;
using Mesh.Cli.Verify;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh verify</c>: proves that actions, quests, rewards, wallets, sessions and boards agree.</summary>
internal static class VerifyCommand
{
    internal static Command Create()
    {
        Argument<string?> game = new("game")
        {
            Description = "The game; else all of them.", Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> gateway = Places.GatewayOption();
        Option<string?> broker = Places.BrokerOption();
        Option<bool> json = Places.JsonOption();
        Command command = new("verify", "Compares what every service says of a game, and names each difference.")
        {
            game, gateway, broker, json,
        };
        command.SetAction((parsed, cancellation) => GatewayConnection.UseAsync(
            parsed.GetValue(gateway),
            async connection =>
            {
                Verifier verifier = new(connection, Places.Broker(parsed.GetValue(broker), Places.Run()));
                IReadOnlyList<VerifyReport> reports = await verifier.RunAsync(parsed.GetValue(game), cancellation);
                Print(reports, parsed.GetValue(game) is not null, parsed.GetValue(json));
                return reports.All(report => report.DifferencesCount == 0) ? 0 : 1;
            },
            cancellation));
        return command;
    }

    private static void Print(IReadOnlyList<VerifyReport> reports, bool single, bool json)
    {
        if (json)
        {
            Console.WriteLine(single ? Output.ToJson(reports[0]) : Output.ToJson(reports));
            return;
        }

        if (reports.Count == 0)
        {
            Console.WriteLine("There are no games.");
        }

        foreach (VerifyReport report in reports)
        {
            Print(report);
        }
    }

    private static void Print(VerifyReport report)
    {
        Console.WriteLine(report.Game);
        Line("actions accepted", report.ActionsAccepted);
        Line("actions in Quests", report.ActionsInQuests);
        Line("items collected", report.ItemsCollected);
        Line("rewards issued", report.RewardsIssued);
        Line("sum of all wallets", report.WalletsSum);
        Line("sessions", report.Sessions);
        Line("players", report.Players);
        Line("differences", report.DifferencesCount);
        if (report.LogStartsLate)
        {
            Console.WriteLine("  The action topics begin late: older actions are not compared.");
        }

        foreach (string difference in report.Differences)
        {
            Console.WriteLine($"  {difference}");
        }

        if (report.DifferencesCount > report.Differences.Count)
        {
            Console.WriteLine($"  … and {report.DifferencesCount - report.Differences.Count:N0} more");
        }
    }

    private static void Line(string name, long value) => Console.WriteLine($"  {name,-20}{value,14:N0}");
}
