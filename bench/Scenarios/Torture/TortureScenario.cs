using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using static System.FormattableString;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// <c>bench torture</c>: kills, stops and stalls the parts of a busy mesh, and proves that every effect came about
/// once.
/// </summary>
internal static class TortureScenario
{
    internal static Command Create()
    {
        Option<int> kills = Number("--kills", 40, "Instances killed, half of them at fault points.");
        Option<int> zombies = Number("--zombies", 15, "Instances stopped for 0.4 to 15 s, half at fault points.");
        Option<int> databases = Number("--database", 5, "Times that PostgreSQL is killed.");
        Option<int> brokers = Number("--broker", 5, "Times that the broker is killed.");
        Option<int> stalls = Number("--stalls", 2, "Times that all of PostgreSQL is stopped for 2 s.");
        Option<int> errors = Number("--errors", 0, "Times that something fails at a fault point.");
        Option<int> seed = Number("--seed", 1, "Of the plan: the same seed makes the same one.");
        Option<int> rate = Number("--rate", 500, "Check-ins a second of each of the two replays.");
        Option<int> games = Number("--games", 60, "About so many replays at the most, each into its own game.");
        Option<int> overlap = Number("--overlap", 35, "Faults in a hundred that others follow at once.");
        Option<bool> keep = Keep();
        Command command = new("torture", "Kills, stops and stalls parts of a busy mesh; proves that no harm was done.")
        {
            kills, zombies, databases, brokers, stalls, errors, seed, rate, games, overlap, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            TortureRequest request = new(
                AtLeast(0, kills.Name, parsed.GetValue(kills)),
                AtLeast(0, zombies.Name, parsed.GetValue(zombies)),
                AtLeast(0, databases.Name, parsed.GetValue(databases)),
                AtLeast(0, brokers.Name, parsed.GetValue(brokers)),
                AtLeast(0, stalls.Name, parsed.GetValue(stalls)),
                AtLeast(0, errors.Name, parsed.GetValue(errors)),
                parsed.GetValue(seed),
                AtLeast(1, rate.Name, parsed.GetValue(rate)),
                AtLeast(1, games.Name, parsed.GetValue(games)),
                AtLeast(0, overlap.Name, parsed.GetValue(overlap)) / 100.0,
                parsed.GetValue(keep));
            Layout layout = Layout.FindAny();
            Heading.Write(
                Invariant($"torture: {request.Faults} faults, {request.Rate} check-ins a second"),
                TimeProvider.System.GetUtcNow(),
                await Commit.OfAsync(layout.Root),
                Machine.Here(),
                Machine.Load());
            return await new TortureRun(layout, request).RunAsync(cancellation) ? 0 : 1;
        });
        return command;
    }
}
