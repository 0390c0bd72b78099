using Mesh.Bus;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Simulation.World;

/// <summary>
/// What an instance reads: assignments are numbered by lane; a change is made a little later, and what was fetched
/// before it still comes.
/// </summary>
internal sealed class SimLanes
{
    private readonly SimWorld _world;
    private readonly SimInstance _instance;
    private readonly int[] _numbers;
    private readonly int[,] _newest;
    private readonly long[] _changeAt;
    private readonly long[] _deliverAt;
    private readonly Reading[][] _readings;
    private readonly Queue<Batch>[] _queues;

    public SimLanes(SimWorld world, SimInstance instance, IReadOnlyList<string> topics)
    {
        (_world, _instance) = (world, instance);
        _numbers = new int[topics.Count];
        _newest = new int[topics.Count, Settings.Partitions];
        _changeAt = new long[topics.Count];
        _deliverAt = new long[topics.Count];
        _queues = [.. topics.Select(_ => new Queue<Batch>())];
        _readings = new Reading[topics.Count][];
        for (int lane = 0; lane < topics.Count; lane++)
        {
            _readings[lane] = new Reading[Settings.Partitions];
            for (int n = 0; n < Settings.Partitions; n++)
            {
                Reading reading = new(world.Broker.Topic(topics[lane], n), lane);
                _readings[lane][n] = reading;
                reading.Topic.Readers.Add(() => Kick(reading));
            }
        }
    }

    public int Assign(int lane, int partition, InputPlace from)
    {
        int number = _newest[lane, partition] = ++_numbers[lane];
        Change(lane, partition, reading =>
        {
            reading.Number = number;
            reading.Paused = false;
            reading.Next = from.Next == TopicStart.Beginning ? 0 : from.Next;
            Violation.Unless(
                from.Before is not { } before
                    || RecordChecksum.Of(reading.Topic.Records[(int)from.Next - 1].Value) == before,
                "6 offsets", $"the checksum kept with offset {from.Next} is not that of the record before it");
            Kick(reading);
        });
        return number;
    }

    public void Unassign(int lane, int partition)
    {
        _newest[lane, partition] = 0;
        Change(lane, partition, reading => reading.Number = 0);
    }

    public void Pause(int lane, int partition, bool paused) => Change(lane, partition, reading =>
    {
        reading.Paused = paused;
        Kick(reading);
    });

    /// <summary>A batch of some lane.</summary>
    public bool TryTake(out Batch batch)
    {
        int first = _world.Dice.Below(_queues.Length);
        for (int i = 0; i < _queues.Length; i++)
        {
            if (_queues[(first + i) % _queues.Length].TryDequeue(out batch!))
            {
                return true;
            }
        }

        batch = null!;
        return false;
    }

    private void Change(int lane, int partition, Action<Reading> change)
    {
        _changeAt[lane] = Math.Max(_changeAt[lane], _world.Clock.Now + _world.Dice.Below(6));
        _world.Clock.At(_changeAt[lane], () => change(_readings[lane][partition]));
    }

    private void Kick(Reading reading)
    {
        if (reading.Number > 0 && !reading.Kicked && !reading.Paused && !_instance.IsDead)
        {
            reading.Kicked = true;
            _world.Clock.In(_world.Dice.Below(5), () => Fetch(reading));
        }
    }

    private void Fetch(Reading reading)
    {
        reading.Kicked = false;
        int count = Math.Min(_world.Dice.Between(1, 6), reading.Topic.Records.Count - (int)reading.Next);
        if (reading.Number == 0 || count <= 0)
        {
            return;
        }

        Arrival[] records = new Arrival[count];
        for (int i = 0; i < count; i++)
        {
            SimRecord record = reading.Topic.Records[(int)reading.Next];
            records[i] = new Arrival(
                reading.Topic.Name, reading.Topic.Partition, reading.Next++, record.Value, record.Origin);
        }

        Batch batch = new(reading.Lane, reading.Number, records);

        // What waits to be handed over may wait for long.
        bool stalls = _world.FaultsOn && !_world.Settings.Lossy && _world.Dice.Chance(2);
        int slow = _world.Dice.Below(stalls ? 600 : 4);
        _deliverAt[reading.Lane] = Math.Max(_deliverAt[reading.Lane], _world.Clock.Now + slow);
        _world.Clock.At(_deliverAt[reading.Lane], () =>
        {
            if (batch.Assignment != _newest[batch.Lane, reading.Topic.Partition])
            {
                _world.Coverage.Count(Happening.OldAssignment);
            }

            _queues[batch.Lane].Enqueue(batch);
            _instance.Post(null);
        });
        Kick(reading);
    }

    /// <summary>Records of one partition that were fetched together.</summary>
    internal sealed record Batch(int Lane, int Assignment, Arrival[] Records);

    private sealed class Reading(SimTopic topic, int lane)
    {
        public SimTopic Topic => topic;

        public int Lane => lane;

        public int Number { get; set; }

        public long Next { get; set; }

        public bool Kicked { get; set; }

        public bool Paused { get; set; }
    }
}
