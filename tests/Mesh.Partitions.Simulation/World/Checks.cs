using System.Text;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Mesh.Partitions.Simulation.Deciding;

namespace Mesh.Partitions.Simulation.World;

/// <summary>The invariants: looked at with every change of a database, with every answer, and at the end.</summary>
internal sealed class Checks(SimWorld world)
{
    private readonly LogView[] _up = [.. Enumerable.Range(0, Settings.Partitions).Select(_ => new LogView())];
    private readonly LogView[] _down = [.. Enumerable.Range(0, Settings.Partitions).Select(_ => new LogView())];

    // What was asked for: where each action came first.
    private readonly Dictionary<int, (Deed Deed, SimTopic? Lane)> _asked = [];

    public void Asked(in Deed deed, SimTopic? lane)
    {
        if (!_asked.TryAdd(deed.Id, (deed, lane)) && _asked[deed.Id].Lane != lane)
        {
            // It came by two lanes: there is no order between these.
            _asked[deed.Id] = (deed, null);
        }
    }

    public int CountOf(bool upstream, int partition, string stream) => Of(upstream)[partition].CountOf(stream);

    public bool IsCommitted(in Deed deed) =>
        _up[deed.Key % Settings.Partitions].Numbers.ContainsKey(Tally.NumberOf(deed.Id, 0));

    /// <summary>An epoch has one owner.</summary>
    public void Taken(SimDatabase database, int partition, long epoch, Guid owner) => Violation.Unless(
        Of(database.IsUpstream)[partition].Writers.TryAdd(epoch, owner), "1 one writer",
        $"epoch {epoch} of partition {partition} is given out twice");

    /// <summary>A partition changes hands.</summary>
    public void TakenFrom(SimDatabase database, int partition, Guid owner)
    {
        if (database.Owners[partition] is { } before && before != owner)
        {
            world.TakenFrom(database, partition, before);
        }
    }

    /// <summary>A record has reached its topic, or is lost there.</summary>
    public void Arrived(int partition, int target, long position) =>
        _up[partition].Arrived[target] = Math.Max(_up[partition].Arrived[target], position);

    /// <summary>Whether a record had its effect before.</summary>
    public bool HasEffect(int partition, in Arrival arrival)
    {
        Deed deed = Deed.Decode(arrival.Value);
        return _down[partition].Numbers.ContainsKey(Tally.NumberOf(deed.Id, deed.Part));
    }

    /// <summary>Records are missing only where the broker has lost some.</summary>
    public void Missed(ResendOrder order)
    {
        int lost = world.Broker.Lost[order.Partition, order.TopicPartition];
        int asked = ++world.Broker.Asked[order.Partition, order.TopicPartition];
        Violation.Unless(
            lost > 0, "3 gap",
            $"{order.TopicPartition} misses what follows {Trace.At(order.After)} of {order.Partition}, and has all");
        Violation.Unless(
            asked <= lost || !world.Settings.Lossy, "3 gap",
            $"{order.TopicPartition} asks {order.Partition} {asked} times for {lost} records that are lost");
    }

    /// <summary>A page is durable.</summary>
    public void Committed(SimDatabase database, Guid writer, PageWrite page)
    {
        LogView view = Of(database.IsUpstream)[page.Partition];
        List<StoredEvent> log = database.Logs[page.Partition];
        Violation.Unless(
            view.Writers.GetValueOrDefault(page.Epoch) == writer && database.Rows[page.Partition].Epoch == page.Epoch,
            "1 one writer", $"a writer of epoch {page.Epoch} commits in epoch {database.Rows[page.Partition].Epoch}");
        for (int i = log.Count - page.Events.Count; i < log.Count; i++)
        {
            Violation.Unless(
                log[i].Position == SimDatabase.Origin + 1 + i, "1 contiguous",
                $"position {Trace.At(log[i].Position)} is at {i + 1}");
            Tell(database, page.Partition, log[i]);
            view.Add(log[i], database.IsUpstream);
            if (!database.IsUpstream)
            {
                Follows(view, page.Partition, log[i]);
            }
        }

        Inputs(database, view, page);
        Relayed(database, view, page);
    }

    /// <summary>Rows of states are what the log folds to.</summary>
    public void StatesWritten(SimDatabase database, int partition)
    {
        LogView view = Of(database.IsUpstream)[partition];
        SortedDictionary<(string Key, int Part), StateRow> states = database.States[partition];
        PartitionRow row = database.Rows[partition];
        Dictionary<string, long> reach = new(StringComparer.Ordinal);
        if (states.Values.Any(state => state.Damaged || state.Fold != SimService.FoldVersion))
        {
            return;
        }

        foreach (SavedState saved in SavedState.Group([.. states.Values], SimService.FoldVersion))
        {
            if (!saved.Usable)
            {
                continue;
            }

            // A part that an operator deleted leaves a state that says itself that it is not whole.
            Violation.Unless(
                saved.Position <= row.Head, "5 rows",
                $"{saved.Stream} is saved at {Trace.At(saved.Position)}, which is not committed");
            int sealedParts = Tally.SealedOf(saved.Parts[0]);
            if (sealedParts > saved.Parts.Count - 1)
            {
                continue;
            }

            Tally tally = Tally.Load([.. saved.Parts.Take(sealedParts + 1)]);
            Same(view, saved.Stream, tally.Done, saved.Position, "5 rows");
            reach[saved.Stream] = saved.Position;
        }

        if (states.Count == row.States)
        {
            Reach(view, reach, row.Checkpoint);
        }
    }

    /// <summary>What serving owners have in memory is what the log folds to.</summary>
    public void Memories()
    {
        foreach (SimService service in (SimService[])[world.Up, world.Down])
        {
            foreach (SimInstance instance in service.Instances)
            {
                foreach (Tenure tenure in instance.Machine.Owned.OfType<Tenure>().Where(t => t.IsServing))
                {
                    PartitionRow row = service.Database.Rows[tenure.Partition];
                    if (row.Epoch == tenure.Epoch && row.Head == tenure.Machine.Head)
                    {
                        LogView view = Of(service.IsUpstream)[tenure.Partition];
                        foreach ((string stream, Tally tally) in ((TallyProcessor)tenure.Machine.Processor).Tallies)
                        {
                            Same(view, stream, tally.Done, row.Head, "5 memory");
                        }
                    }
                }
            }
        }
    }

    /// <summary>What is not done yet, though it was asked for; null: all is.</summary>
    public string? Missing()
    {
        foreach ((int id, (Deed deed, _)) in _asked)
        {
            if (!IsCommitted(deed))
            {
                return $"action {id} is not decided";
            }
        }

        for (int n = 0; n < Settings.Partitions; n++)
        {
            if (MissingEffects(n) is { } effects)
            {
                return effects;
            }

            if (MissingService(world.Up, n) is { } up)
            {
                return up;
            }

            if (MissingService(world.Down, n) is { } down)
            {
                return down;
            }
        }

        return world.Broker.UnderWay > 0 ? "records are under way" : null;
    }

    /// <summary>What can be seen only at the end: the order of arrival is the order of the log.</summary>
    public void AtRest()
    {
        Memories();
        Dictionary<(SimTopic, byte), long> last = [];
        foreach ((int id, (Deed deed, SimTopic? lane)) in _asked)
        {
            if (lane is not null)
            {
                long position = _up[deed.Key % Settings.Partitions].Numbers[Tally.NumberOf(id, 0)];
                Violation.Unless(
                    !last.TryGetValue((lane, deed.Key), out long before) || before < position, "4 order",
                    $"action {id} came after one that is decided at {Trace.At(before)}, and before it is");
                last[(lane, deed.Key)] = position;
            }
        }
    }

    // Whatever a checkpoint has passed is in the rows.
    private static void Reach(LogView view, Dictionary<string, long> reach, long checkpoint)
    {
        foreach ((string stream, List<(long Position, long Number)> events) in view.Streams)
        {
            long last = events.LastOrDefault(e => e.Position <= checkpoint).Position;
            Violation.Unless(
                last <= reach.GetValueOrDefault(stream), "5 checkpoint",
                $"the checkpoint is {Trace.At(checkpoint)}, and {stream} is saved at "
                + $"{Trace.At(reach.GetValueOrDefault(stream))} without {Trace.At(last)}");
        }
    }

    private LogView[] Of(bool upstream) => upstream ? _up : _down;

    private string? MissingEffects(int n)
    {
        foreach ((int target, List<StoredEvent> events) in _up[n].Targets)
        {
            if (_down[target].Taken[n] < events.Count)
            {
                return $"{_down[target].Taken[n]} of {events.Count} events from {n} to {target} had their effect";
            }
        }

        return null;
    }

    private static string? MissingService(SimService service, int n)
    {
        PartitionRow row = service.Database.Rows[n];
        Guid? owner = service.Database.Owners[n];
        PartitionMachine? machine =
            service.Instances.Find(i => i.Id == owner)?.Machine.Owned[n] is { IsServing: true } tenure
                ? tenure.Machine
                : null;
        return machine is null ? $"{service.Name}/{n} is not served"
            : row.Relayed != row.Head
                ? $"{service.Name}/{n} has relayed {Trace.At(row.Relayed)} of {Trace.At(row.Head)}"
            : machine.Gaps.Count > 0 ? $"{service.Name}/{n} has gaps"
            : machine.HasPage || machine.Committing ? $"{service.Name}/{n} commits"
            : null;
    }

    // Downstream takes each partition's events in the order of their log, none twice and none left out.
    private void Follows(LogView view, int partition, in StoredEvent stored)
    {
        Deed deed = Deed.Decode(stored.Body);
        int from = deed.Key % Settings.Partitions;
        int index = view.Taken[from]++;
        Violation.Unless(
            _up[from].Targets.TryGetValue(partition, out List<StoredEvent>? events) && index < events.Count,
            "3 effects", $"{deed} has an effect and is not in the log upstream");
        Deed wanted = Deed.Decode(events![index].Body);
        Violation.Unless(
            (wanted.Id, wanted.Part) == (deed.Id, deed.Part), "3 effects",
            $"{deed} has its effect where {wanted} should");
    }

    // Every offset that is passed is in the log, with what it brought.
    private void Inputs(SimDatabase database, LogView view, PageWrite page)
    {
        Dictionary<(string Topic, int Partition), InputPlace> next = [];
        Dictionary<OriginKey, long> inbox = [];
        RowState.DecodeInputs(page.Inputs, next, inbox);
        foreach (((string topic, int partition), (long offset, _)) in next)
        {
            SimTopic read = world.Broker.Topic(topic, partition);
            view.Checked.TryGetValue(topic, out long from);
            for (long i = from; i < offset; i++)
            {
                Deed deed = Deed.Decode(read.Records[(int)i].Value);
                Violation.Unless(
                    view.Numbers.ContainsKey(Tally.NumberOf(deed.Id, deed.Part)), "6 offsets",
                    $"offset {offset} of {topic}/{partition} is saved, and {deed} at {i} is not in the log");
            }

            view.Checked[topic] = Math.Max(from, offset);
        }

        foreach ((OriginKey origin, long last) in inbox)
        {
            if (_up[origin.Partition].Targets.TryGetValue(page.Partition, out List<StoredEvent>? events))
            {
                int taken = view.Taken[origin.Partition];
                long position = taken > 0 ? events[taken - 1].Position : 0;
                Violation.Unless(
                    last == position, "6 inbox",
                    $"the inbox says {Trace.At(last)} of {origin.Partition}, the log {Trace.At(position)}");
            }
        }
    }

    // What is relayed has reached the topic, or was lost by the broker: never what is still under way.
    private static void Relayed(SimDatabase database, LogView view, PageWrite page)
    {
        Violation.Unless(
            page.Relayed <= database.Rows[page.Partition].Head, "9 relayed",
            $"{Trace.At(page.Relayed)} is relayed of {Trace.At(page.Head)}");
        foreach ((int target, List<StoredEvent> events) in view.Targets)
        {
            for (; view.Relayed[target] < events.Count; view.Relayed[target]++)
            {
                long position = events[view.Relayed[target]].Position;
                if (position > page.Relayed)
                {
                    break;
                }

                Violation.Unless(
                    position <= view.Arrived[target], "9 relayed",
                    $"{Trace.At(page.Relayed)} is relayed, and {Trace.At(position)} has not reached {target}");
            }
        }
    }

    private void Tell(SimDatabase database, int partition, in StoredEvent stored)
    {
        if (world.Trace is { } trace)
        {
            StringBuilder line = new();
            line.Append(database.IsUpstream ? "up/" : "down/").Append(partition).Append(" log ")
                .Append(Trace.At(stored.Position)).Append(": ").Append(Deed.Decode(stored.Body))
                .Append(stored.Target is { } to ? $" to {to.Partition} after {Trace.At(stored.Previous)}" : "");
            trace.Add(line.ToString());
        }
    }

    private static void Same(LogView view, string stream, List<long> done, long through, string invariant)
    {
        view.Streams.TryGetValue(stream, out List<(long Position, long Number)>? events);
        int count = 0;
        for (; events is not null && count < events.Count && events[count].Position <= through; count++)
        {
            Violation.Unless(
                count < done.Count && done[count] == events[count].Number, invariant,
                $"{stream} at {Trace.At(through)} holds {done.Count} events and differs at event {count + 1}");
        }

        Violation.Unless(
            done.Count == count, invariant,
            $"{stream} at {Trace.At(through)} holds {done.Count} events, its log {count}");
    }
}
