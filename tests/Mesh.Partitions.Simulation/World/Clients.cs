using Mesh.Partitions.Machine;
using Mesh.Partitions.Simulation.Deciding;

namespace Mesh.Partitions.Simulation.World;

/// <summary>Whoever uses the services: actions by topic and again, commands until they are answered, queries.</summary>
internal sealed class Clients(SimWorld world)
{
    private const int Patience = 1_500;
    private readonly HashSet<int> _open = [];
    private int _ids;

    private Dice Dice => world.Dice;

    public void Begin()
    {
        int span = (int)world.Settings.FaultsUntil - 300;
        for (int i = 0; i < world.Settings.Actions; i++)
        {
            Deed deed = Roll();
            world.Clock.In(Dice.Below(span), () => Act(deed));
        }

        for (int i = 0; i < world.Settings.Commands; i++)
        {
            Deed deed = Roll() with { Kind = DeedKind.Passed };
            _open.Add(deed.Id);
            world.Clock.In(Dice.Below(span), () => Command(deed));
        }

        for (int i = 0; i < world.Settings.Queries; i++)
        {
            world.Clock.In(Dice.Below(span), Query);
        }

        world.Clock.In(Dice.Below(span), () =>
        {
            world.Gate.IsOpen = true;
            foreach (SimInstance instance in world.Instances)
            {
                instance.Wake();
            }
        });
    }

    /// <summary>One more action of each kind for each key, so that whatever was lost has a successor.</summary>
    public void End()
    {
        for (byte key = 0; key < Settings.Keys; key++)
        {
            Deed deed = new(key, ++_ids, 0, DeedKind.Doubled, 0);
            world.Clock.In(Dice.Below(60), () => Append(deed, Dice.Below(2)));
        }
    }

    public string? Missing() => _open.Count > 0 ? $"command {_open.First()} is not answered" : null;

    /// <summary>A query of a stream, at an instance that may be anyone's zombie.</summary>
    public void Query(SimService service, SimInstance instance, int partition, int key)
    {
        string stream = Settings.Streams[key];
        int before = world.Checks.CountOf(service.IsUpstream, partition, stream);
        instance.Post(() =>
        {
            int found = -1;
            instance.Machine.Execute(partition, new Call(
                [stream],
                (processor, _) => found = ((TallyProcessor)processor).CountOf(stream),
                committed =>
                {
                    if (!committed && !instance.Machine.IsFresh)
                    {
                        world.Coverage.Count(Happening.StaleAnswer);
                        return;
                    }

                    world.Coverage.Count(Happening.FreshAnswer);
                    Violation.Unless(
                        found >= before, "7 fresh",
                        $"{instance.Name} answers {found} events of {stream} of partition {partition} as fresh; "
                        + $"{before} were committed before it was asked");
                },
                _ => world.Coverage.Count(Happening.CallFailed)));
        });
    }

    /// <summary>An instance has just lost a partition: new actions, and queries of the one that lost it.</summary>
    public void Contest(SimService service, SimInstance before, int partition)
    {
        int key = (2 * Dice.Below(Settings.Keys / 2)) + partition;
        for (int i = 0; i < 2; i++)
        {
            Deed deed = Roll() with { Key = (byte)key, Kind = DeedKind.Doubled };
            world.Clock.In(Dice.Below(30), () => Append(deed, Dice.Below(2)));
        }

        for (int i = 0; i < 6; i++)
        {
            world.Clock.In(Dice.Between(10, i < 4 ? 140 : 350), () =>
            {
                world.Coverage.Count(Happening.FreshAfterTake);
                Query(service, before, partition, key);
            });
        }
    }

    private Deed Roll()
    {
        DeedKind kind = Dice.Below(10) switch
        {
            0 => DeedKind.Crossed,
            1 => DeedKind.Kept,
            2 or 3 => DeedKind.Doubled,
            4 when Dice.Chance(30) => DeedKind.Delayed,
            _ => DeedKind.Passed,
        };
        return new Deed((byte)Dice.Below(Settings.Keys), ++_ids, 0, kind, 0);
    }

    private void Act(Deed deed)
    {
        int lane = Dice.Below(2);
        Append(deed, lane);
        if (Dice.Chance(30))
        {
            int again = Dice.Chance(80) ? lane : 1 - lane;
            world.Clock.In(Dice.Below(800), () => Append(deed, again));
        }

        // More of the same key, so that pages and chains have something to hold.
        if (Dice.Chance(30))
        {
            Deed next = Roll() with { Key = deed.Key };
            world.Clock.In(Dice.Below(5), () => Append(next, lane));
        }
    }

    private void Append(Deed deed, int lane)
    {
        SimTopic topic = world.Broker.Topic(Settings.ActionTopics[lane], deed.Key % Settings.Partitions);
        world.Trace?.Add($"action {deed.Id} of k{deed.Key} ({deed.Kind}) at {topic.Name}/{topic.Partition}"
            + $"@{topic.Records.Count}");
        world.Checks.Asked(deed, topic);
        topic.Append(new SimRecord(deed.Encode(), null));
    }

    private void Command(Deed deed)
    {
        if (!_open.Contains(deed.Id))
        {
            return;
        }

        // Tried again when nobody has answered, whatever became of it.
        world.Clock.In(Dice.Between(300, Patience), () => Command(deed));
        world.Checks.Asked(deed, null);
        if (world.Up.Instances.Count == 0)
        {
            return;
        }

        SimInstance instance = world.Up.Instances[Dice.Below(world.Up.Instances.Count)];
        int partition = deed.Key % Settings.Partitions;
        instance.Post(() => instance.Machine.Execute(partition, new Call(
            [Settings.Streams[deed.Key]],
            (processor, appender) => ((TallyProcessor)processor).Decide(deed, appender),
            _ =>
            {
                world.Coverage.Count(Happening.CommandAnswered);
                world.Trace?.Add($"command {deed.Id} is answered");
                Violation.Unless(
                    world.Checks.IsCommitted(deed), "2 commands", $"command {deed.Id} is answered and not committed");
                _open.Remove(deed.Id);
            },
            _ => world.Coverage.Count(Happening.CallFailed))));
    }

    private void Query()
    {
        SimService service = Dice.Chance(70) ? world.Up : world.Down;
        int key = Dice.Below(Settings.Keys);
        foreach (SimInstance instance in service.Instances.ToArray())
        {
            Query(service, instance, service.IsUpstream ? key % Settings.Partitions : Dice.Below(2), key);
        }
    }
}
