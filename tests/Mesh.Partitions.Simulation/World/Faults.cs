using Mesh.EventStore;

namespace Mesh.Partitions.Simulation.World;

/// <summary>What goes wrong, and when.</summary>
internal sealed class Faults(SimWorld world)
{
    private const int WarmUp = 400;
    private const long CalmFrom = 2_600;
    private long[] _calmEpochs = [];

    private Dice Dice => world.Dice;

    private SimService AnyService => Dice.Chance(65) ? world.Up : world.Down;

    public void Begin()
    {
        int last = (int)world.Settings.FaultsUntil;
        if (world.Settings.Calm)
        {
            world.Coverage.Count(Happening.CalmWorld);
            world.Clock.At(CalmFrom, () =>
            {
                _calmEpochs = Epochs();
                StallDatabase(world.Up.Database, Dice.Between(600, 2_500));
                StallDatabase(world.Down.Database, Dice.Between(600, 2_500));
            });
            return;
        }

        if (world.Settings.Lossy)
        {
            for (int i = Dice.Between(1, 4); i > 0; i--)
            {
                world.Clock.At(Dice.Between((int)CalmFrom, last - 500), () => world.Broker.Loses++);
            }

            return;
        }

        for (int i = 0; i < world.Settings.Faults; i++)
        {
            world.Clock.At(Dice.Between(WarmUp, last - 1), Strike);
        }
    }

    /// <summary>Everything works from now on.</summary>
    public void End()
    {
        foreach (SimService service in (SimService[])[world.Up, world.Down])
        {
            service.Database.Refuses = null;
            service.Database.StalledUntil = world.Settings.Calm ? service.Database.StalledUntil : 0;
            foreach (SimInstance instance in service.Instances)
            {
                instance.GoOn();
            }
        }

        world.Broker.Loses = 0;
    }

    public void AtRest()
    {
        if (world.Settings.Calm)
        {
            Violation.Unless(
                Epochs().SequenceEqual(_calmEpochs), "8 calm",
                $"epochs were {string.Join(' ', _calmEpochs)} before databases stalled, and are "
                + $"{string.Join(' ', Epochs())} after");
        }
    }

    private long[] Epochs() =>
        [.. world.Up.Database.Rows.Concat(world.Down.Database.Rows).Select(row => row.Epoch)];

    private void Strike()
    {
        SimService service = AnyService;
        SimInstance? instance =
            service.Instances.Count > 0 ? service.Instances[Dice.Below(service.Instances.Count)] : null;
        int kind = Dice.Below(100);
        switch (kind)
        {
            case < 14:
                Crash(service, instance);
                break;
            case < 34:
                Stall(service, instance);
                break;
            case < 42:
                Stop(service, instance);
                break;
            case < 46:
                Join(service);
                break;
            case < 52:
                StallDatabase(service.Database, Dice.Between(300, 2_500));
                break;
            case < 64:
                instance?.Producer.Fail();
                break;
            case < 70:
                instance?.Producer.Hold(world.Clock.Now + Dice.Between(50, 1_500));
                break;
            case < 80:
                world.Broker.Loses += world.Settings.LosesRecords ? Dice.Between(1, 2) : 0;
                break;
            case < 87:
                Refuse(service.Database);
                break;
            default:
                Operate(service, kind % 3);
                break;
        }
    }

    private void Crash(SimService service, SimInstance? instance)
    {
        if (instance is null)
        {
            return;
        }

        world.Coverage.Count(Happening.Crash);
        world.Trace?.Add($"{instance.Name} crashes");
        instance.Crash();
        service.Remove(instance);
        world.Clock.In(Dice.Between(5, 900), () => service.Start());
    }

    private void Stall(SimService service, SimInstance? instance)
    {
        if (instance is null || instance.IsStalled)
        {
            return;
        }

        long length = Dice.Chance(70) ? Dice.Between(400, 1_300) : Dice.Between(400, world.Settings.LongestStall);
        world.Coverage.Count(Happening.Stall);
        world.Trace?.Add($"{instance.Name} stalls for {length} ms");
        instance.Stall(world.Clock.Now + length);
        for (int i = Dice.Below(4); i > 0; i--)
        {
            int key = Dice.Below(Settings.Keys);
            int partition = service.IsUpstream ? key % Settings.Partitions : Dice.Below(Settings.Partitions);
            world.Clock.In(
                Dice.Below((int)length), () => world.Clients.Query(service, instance, partition, key));
        }
    }

    private void Stop(SimService service, SimInstance? instance)
    {
        if (instance is null || instance.IsStopping)
        {
            return;
        }

        world.Coverage.Count(Happening.Stop);
        world.Trace?.Add($"{instance.Name} is asked to stop");
        instance.Stop(() =>
        {
            service.Remove(instance);
            world.Trace?.Add($"{instance.Name} has stopped");
            world.Clock.In(Dice.Between(5, 500), () => service.Start());
        });
    }

    private void Join(SimService service)
    {
        if (service.Instances.Count < 3)
        {
            world.Coverage.Count(Happening.Join);
            service.Start();
        }
    }

    private void StallDatabase(SimDatabase database, int length)
    {
        world.Coverage.Count(Happening.DatabaseStall);
        world.Trace?.Add($"the database of {(database.IsUpstream ? "up" : "down")} stalls for {length} ms");
        database.StalledUntil = Math.Max(database.StalledUntil, world.Clock.Now + length);
    }

    private void Refuse(SimDatabase database)
    {
        string state = Dice.Chance(50) ? "40P01" : "22021";
        string stream = Settings.Streams[Dice.Below(Settings.Keys)];
        world.Trace?.Add($"events of {stream} are refused with {state}");
        database.Refuses = (stream, state);
        world.Clock.In(Dice.Between(20, 700), () => database.Refuses = null);
    }

    private void Operate(SimService service, int kind)
    {
        int partition = Dice.Below(Settings.Partitions);
        SortedDictionary<(string Key, int Part), StateRow> states = service.Database.States[partition];
        if (states.Count == 0)
        {
            return;
        }

        (string Key, int Part) id = states.Keys.ElementAt(Dice.Below(states.Count));
        world.Trace?.Add($"an operator touches {id.Key}.{id.Part} of {service.Name}/{partition} ({kind})");
        switch (kind)
        {
            case 0:
                // Nobody deletes rows of a service that runs.
                foreach (SimInstance instance in service.Instances.ToArray())
                {
                    Crash(service, instance);
                }

                world.Coverage.Count(Happening.RowsDeleted);
                states.Remove(id);
                break;
            case 1:
                world.Coverage.Count(Happening.RowDamaged);
                states[id] = states[id] with { Damaged = true, Bytes = [] };
                break;
            default:
                world.Coverage.Count(Happening.RowOfOlderFold);
                states[id] = states[id] with { Fold = 1, Bytes = [9] };
                break;
        }
    }
}
