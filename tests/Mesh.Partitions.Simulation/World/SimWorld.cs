using Mesh.Partitions.Simulation.Deciding;

namespace Mesh.Partitions.Simulation.World;

/// <summary>
/// Two services in a world that fails: upstream reads actions and relays what it decides; downstream reads that. Faults
/// come in a first phase; after it the world must come to rest with every effect done once.
/// </summary>
internal sealed class SimWorld
{
    private const long RestWithin = 40_000;
    private const long LookForRest = 60;
    private const int StepsAtMost = 1_000_000;
    private readonly Faults _faults;
    private bool _rested;

    public SimWorld(long seed, bool traced)
    {
        Seed = seed;
        Trace = traced ? new Trace(Clock) : null;
        Dice = new Dice(seed);
        Settings = Settings.Roll(Dice);
        Checks = new Checks(this);
        Up = new SimService(this, "up", upstream: true);
        Down = new SimService(this, "down", upstream: false);
        Clients = new Clients(this);
        _faults = new Faults(this);
    }

    public long Seed { get; }

    public Clock Clock { get; } = new();

    public Dice Dice { get; }

    public Settings Settings { get; }

    public Trace? Trace { get; }

    public Coverage Coverage { get; } = new();

    public Checks Checks { get; }

    public SimBroker Broker { get; } = new();

    public Gate Gate { get; } = new();

    public SimService Up { get; }

    public SimService Down { get; }

    public IEnumerable<SimInstance> Instances => Up.Instances.Concat(Down.Instances);

    public Clients Clients { get; }

    public bool FaultsOn { get; private set; } = true;

    /// <summary>Runs it; throws a <see cref="Violation"/> when something does not hold.</summary>
    public void Run()
    {
        try
        {
            Begin();
            for (int step = 0; step < StepsAtMost && Clock.Step(); step++)
            {
                if (_rested)
                {
                    return;
                }
            }

            throw new Violation("9 WEDGED", "nothing happens any more, or too much");
        }
#pragma warning disable CA1031 // Whatever the machine throws would end a service.
        catch (Exception e) when (e is not Violation)
#pragma warning restore CA1031
        {
            throw new Violation("exception", e.ToString());
        }
    }

    /// <summary>A partition was taken from an instance that may not know: asked both, they must not disagree.</summary>
    public void TakenFrom(SimDatabase database, int partition, Guid? owner)
    {
        SimService service = database.IsUpstream ? Up : Down;
        if (FaultsOn && service.Instances.Find(i => i.Id == owner) is { } before)
        {
            Coverage.Count(Happening.TakenFromLiving);
            Clients.Contest(service, before, partition);
        }
    }

    /// <summary>How long a message takes.</summary>
    public long Delay()
    {
        int kind = FaultsOn && !Settings.Calm ? Dice.Below(100) : 99;
        return kind == 0 ? Dice.Between(15, 120) : kind < 10 ? Dice.Between(3, 15) : Dice.Between(1, 3);
    }

    /// <summary>Down asks up; the order may be lost, or come to an instance that is not the owner.</summary>
    public void AskResend(ResendOrder order)
    {
        Coverage.Count(Happening.ResendAsked);
        Checks.Missed(order);
        bool failing = FaultsOn && !Settings.Lossy;
        if (failing && Dice.Chance(20))
        {
            return;
        }

        Clock.In(Delay(), () =>
        {
            SimInstance[] there = [.. Up.Instances];
            SimInstance? owner = Array.Find(there, i => i.Machine.Owned[order.Partition] is not null);
            bool astray = failing && there.Length > 0 && Dice.Chance(20);
            SimInstance? asked = astray ? there[Dice.Below(there.Length)] : owner;
            asked?.Post(() => asked.Machine.Resend(order, count => Trace?.Add(
                $"{asked.Name} sends {count?.ToString() ?? "nothing"} again")));
            if (failing && Dice.Chance(20))
            {
                asked?.Producer.Fail();
            }
        });
    }

    private void Begin()
    {
        foreach (SimService service in (SimService[])[Up, Down])
        {
            service.Start();
            Clock.In(Dice.Below(400), () => service.Start());
        }

        Clients.Begin();
        _faults.Begin();
        Clock.At(Settings.FaultsUntil, () =>
        {
            Trace?.Add("faults stop");
            FaultsOn = false;
            _faults.End();
            Clients.End();
            Clock.In(LookForRest, LookWhetherAtRest);
        });
        Clock.In(100, Inspect);
    }

    private void LookWhetherAtRest()
    {
        string? missing = Clients.Missing() ?? Checks.Missing();
        if (missing is null)
        {
            Checks.AtRest();
            _faults.AtRest();
            _rested = true;
            return;
        }

        Violation.Unless(Clock.Now < Settings.FaultsUntil + RestWithin, "9 WEDGED", missing);
        Clock.In(LookForRest, LookWhetherAtRest);
    }

    private void Inspect()
    {
        Checks.Memories();
        Clock.In(250, Inspect);
    }
}
