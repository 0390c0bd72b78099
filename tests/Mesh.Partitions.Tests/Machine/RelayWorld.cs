using System.Text;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>
/// Two stores in a row with topics between them, and all that may go wrong: origins that send again what they do not
/// know to be acknowledged, producers that end while records of theirs are still under way, commits of unknown outcome,
/// restarts, records fetched twice. What a number does is decided by the number alone, so that a failing sequence
/// shrinks.
/// </summary>
internal sealed class RelayWorld
{
    public const int Steps = 16 * 60;
    public const int Origins = 3;
    public const int Targets = 2;
    private readonly List<Topic> _inputs = [new Topic("in")];
    private readonly List<Topic> _middle = [.. Enumerable.Range(0, Targets).Select(n => new Topic($"mid{n}"))];
    private readonly Source[] _sources = new Source[Origins];
    private readonly Station _upstream;
    private readonly Station _downstream;

    public RelayWorld(int each)
    {
        for (int n = 0; n < Origins; n++)
        {
            _sources[n] = new Source(n, each, _inputs[0]);
        }

        _upstream = new Station(_inputs, _middle, value => new EventTarget(_middle[Hash(value)].Name, 0));
        _downstream = new Station(_middle, [], _ => null);
    }

    /// <summary>What the second store's log holds in the end.</summary>
    public IReadOnlyList<string> Effects => [.. _downstream.Database.Bodies];

    public IReadOnlyList<string> Inputs => [.. _sources.SelectMany(s => s.Values)];

    public void Step(int number)
    {
        int argument = number / 16;
        switch (number % 16)
        {
            case 0 or 1 or 2: _sources[argument % Origins].Append(1 + (argument / Origins % 4)); break;
            case 3: _sources[argument % Origins].Acknowledge(); break;
            case 4: _sources[argument % Origins].StartOver(); break;
            case 5: _sources[argument % Origins].AppendStraggler(); break;
            case 6 or 7: _upstream.Deliver(1 + (argument % 5)); break;
            case 8: _upstream.StartOrFinishCommit(argument); break;
            case 9: _upstream.Produce(argument); break;
            case 10: _upstream.Acknowledge(argument); break;
            case 11: _upstream.ProduceStraggler(argument); break;
            case 12: _downstream.Deliver(1 + (argument % 5)); break;
            case 13: _downstream.StartOrFinishCommit(argument); break;
            case 14: _upstream.Rewind(argument); break;
            default: (argument % 2 == 0 ? _upstream : _downstream).Restart(); break;
        }
    }

    /// <summary>Lets everything come to its end without further faults.</summary>
    public void Settle()
    {
        foreach (Source source in _sources)
        {
            source.Append(int.MaxValue);
        }

        for (int i = 0; i < 4; i++)
        {
            foreach (Station station in new[] { _upstream, _downstream })
            {
                station.Deliver(int.MaxValue);
                station.CommitAll();
                station.ProduceAll();
            }
        }
    }

    public long UpstreamHead => _upstream.Machine.Head;

    public long UpstreamRelayed => _upstream.Machine.Relayed;

    private static int Hash(string value) => value[^1] % Targets;

    /// <summary>A topic with one partition.</summary>
    private sealed class Topic(string name)
    {
        public string Name => name;

        public List<(string Value, RecordOrigin Origin)> Records { get; } = [];
    }

    /// <summary>
    /// An origin: its producer sends in order from what is acknowledged, and may be replaced at any time.
    /// </summary>
    private sealed class Source(int number, int count, Topic topic)
    {
        private readonly Queue<int> _stragglers = new();
        private int _acknowledged;
        private int _next;

        public IEnumerable<string> Values => Enumerable.Range(0, count).Select(Value);

        public void Append(int records)
        {
            for (; records > 0 && _next < count; records--)
            {
                Send(_next++);
            }
        }

        public void Acknowledge() => _acknowledged = _next;

        // The producer that ends may have requests under way, which arrive in their order and late.
        public void StartOver()
        {
            _stragglers.Clear();
            for (int i = _next; i < Math.Min(_next + 3, count); i++)
            {
                _stragglers.Enqueue(i);
            }

            _next = _acknowledged;
        }

        public void AppendStraggler()
        {
            // In order and gapless: one behind the other, whoever sent them.
            if (_stragglers.TryDequeue(out int index))
            {
                Send(index);
            }
        }

        // Positions have holes: an origin sends to other places too.
        private void Send(int index) => topic.Records.Add((
            Value(index),
            new RecordOrigin(
                MachineRig.Store, number, Position(index), index == 0 ? 0 : Position(index - 1), default)));

        private string Value(int index) => $"{number}/{index}";

        private static ulong Position(int index) => (1UL << 48) + (ulong)(index * 3) + 1;
    }

    /// <summary>A store with its machine, its reader and its producer.</summary>
    private sealed class Station
    {
        private readonly IReadOnlyList<Topic> _from;
        private readonly IReadOnlyList<Topic> _to;
        private readonly Func<string, EventTarget?> _target;
        private readonly int[] _read;
        private readonly Queue<StoredEvent>[] _sending;
        private readonly Queue<StoredEvent>[] _stragglers;
        private readonly int[] _unacknowledged;
        private PageWrite? _inFlight;

        public Station(IReadOnlyList<Topic> from, IReadOnlyList<Topic> to, Func<string, EventTarget?> target)
        {
            _from = from;
            _to = to;
            _target = target;
            _read = new int[from.Count];
            _sending = [.. to.Select(_ => new Queue<StoredEvent>())];
            _stragglers = [.. to.Select(_ => new Queue<StoredEvent>())];
            _unacknowledged = new int[to.Count];
            Machine = Database.Open(new CountingProcessor(target));
        }

        public MemoryStore Database { get; } = new();

        public PartitionMachine Machine { get; private set; }

        public void Deliver(int records)
        {
            for (int t = 0; t < _from.Count; t++)
            {
                for (int left = records; left > 0 && _read[t] < _from[t].Records.Count; left--)
                {
                    int offset = _read[t]++;
                    (string value, RecordOrigin origin) = _from[t].Records[offset];
                    Machine.Accept(new Arrival(_from[t].Name, 0, offset, Encoding.UTF8.GetBytes(value), origin));
                }
            }
        }

        /// <summary>The reader fetches again what it has delivered.</summary>
        public void Rewind(int argument) => _read[0] = Math.Max(0, _read[0] - (argument % 4));

        public void StartOrFinishCommit(int argument)
        {
            if (_inFlight is null)
            {
                _inFlight = Machine.TakePage();
                return;
            }

            // Written and known; written and not known; not written and not known.
            int outcome = argument % 6;
            if (outcome < 5)
            {
                Assert.True(Database.Write(_inFlight));
            }

            if (outcome < 4)
            {
                _inFlight = null;
                Machine.Committed();
                Handover();
            }
            else
            {
                Restart();
            }
        }

        public void CommitAll()
        {
            do
            {
                StartOrFinishCommit(0);
            }
            while (_inFlight is not null || Machine.HasPage);
        }

        public void Produce(int argument) => Send(_sending, argument % _to.Count, acknowledged: true);

        public void ProduceStraggler(int argument) => Send(_stragglers, argument % _to.Count, acknowledged: false);

        public void Acknowledge(int argument)
        {
            int target = argument % _to.Count;
            if (_unacknowledged[target] > 0)
            {
                _unacknowledged[target]--;
                Machine.Acknowledge(_to[target].Name, 0, 1, _to[target].Records.Count);
            }
        }

        public void ProduceAll()
        {
            for (int t = 0; t < _to.Count; t++)
            {
                while (_sending[t].Count > 0)
                {
                    Produce(t);
                }

                while (_unacknowledged[t] > 0)
                {
                    Acknowledge(t);
                }
            }
        }

        /// <summary>The machine is thrown away, with its producer, whose requests may still arrive.</summary>
        public void Restart()
        {
            _inFlight = null;
            for (int t = 0; t < _to.Count; t++)
            {
                _stragglers[t] = new Queue<StoredEvent>(_sending[t].Take(3));
                _sending[t].Clear();
                _unacknowledged[t] = 0;
            }

            Machine = Database.Open(new CountingProcessor(_target));
            for (int t = 0; t < _from.Count; t++)
            {
                _read[t] = Machine.Next.TryGetValue((_from[t].Name, 0), out InputPlace place) ? (int)place.Next : 0;
            }

            Handover();
        }

        private void Handover()
        {
            while (Machine.TryTakeToSend(out StoredEvent stored))
            {
                _sending[IndexOf(stored.Target!.Topic)].Enqueue(stored);
            }
        }

        private void Send(Queue<StoredEvent>[] from, int target, bool acknowledged)
        {
            if (from[target].TryDequeue(out StoredEvent stored))
            {
                RecordOrigin origin =
                    new(MachineRig.Store, 0, (ulong)stored.Position, (ulong)stored.Previous, default);
                _to[target].Records.Add((Encoding.UTF8.GetString(stored.Body), origin));
                _unacknowledged[target] += acknowledged ? 1 : 0;
            }
        }

        private int IndexOf(string topic) => _to.Select((t, i) => (t.Name, i)).First(t => t.Name == topic).i;
    }
}
