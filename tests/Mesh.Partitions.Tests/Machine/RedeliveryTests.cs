using System.Globalization;
using System.Text;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>
/// A million deliveries of commands and records, each 1 to 50 times, out of order where the contract permits that,
/// across restarts that lose what was not committed: the effects are those of one delivery each, in order of first
/// arrival.
/// </summary>
public sealed class RedeliveryTests
{
    private const int Deliveries = 1_000_000;
    private const int MostTimes = 50;
    private const int Chains = 5;
    private const string Door = "door";
    private const string Chained = "chained";
    private readonly Random _random = new(20_261_121);
    private readonly MemoryStore _database = new();
    private readonly List<string> _door = [];
    private readonly List<(string Value, RecordOrigin Origin)> _chained = [];
    private readonly List<string> _commands = [];
    private PartitionMachine _machine;
    private int _doorRead;
    private int _chainedRead;
    private int _delivered;

    public RedeliveryTests() => _machine = _database.Open(new OnceProcessor());

    [Fact]
    public void Effects_OfAMillionDeliveries_AreThoseOfOneEach()
    {
        FillDoor();
        FillChains();
        int restarts = 0;
        int asked = 0;
        while (_doorRead < _door.Count || _chainedRead < _chained.Count)
        {
            Deliver();
            Ask(ref asked);
            switch (_random.Next(16))
            {
                case 0:
                    Restart();
                    restarts++;
                    break;
                case < 12:
                    Commit();
                    break;
                default:
                    break;
            }
        }

        Commit();
        string[] effects = [.. _database.Bodies];
        Assert.True(_delivered >= Deliveries, $"Only {_delivered} deliveries.");
        Assert.True(restarts > 100, $"Only {restarts} restarts.");
        Assert.Equal(_door.Distinct(), effects.Where(e => e[0] == 'd'));
        Assert.Equal(_chained.Select(c => c.Value).Distinct(), effects.Where(e => e[0] == 'o'));
        string[] commanded = [.. effects.Where(e => e[0] == 'c')];
        Assert.Equal(commanded.Length, commanded.Distinct().Count());

        // One that nobody was answered may have come to be; one that was answered has.
        Assert.Empty(_commands.Except(commanded));
    }

    // The door's records have no order but that of arrival: a retry may come at any time after the first.
    private void FillDoor()
    {
        List<(int At, string Value)> deliveries = [];
        for (int id = 0; deliveries.Count < Deliveries / 2; id++)
        {
            for (int times = 1 + _random.Next(MostTimes); times > 0; times--)
            {
                deliveries.Add((id * 20 + _random.Next(2_000), string.Create(CultureInfo.InvariantCulture, $"d{id}")));
            }
        }

        _door.AddRange(deliveries.OrderBy(d => d.At).Select(d => d.Value));
    }

    // A chain is repeated by producers that begin again at what was acknowledged: each in order, one behind the other.
    private void FillChains()
    {
        int[] acknowledged = new int[Chains];
        while (_chained.Count < Deliveries / 2)
        {
            int chain = _random.Next(Chains);
            int from = acknowledged[chain];
            for (int times = 1 + _random.Next(MostTimes / 2); times > 0; times--)
            {
                int first = Math.Max(0, from - _random.Next(10));
                int length = 1 + _random.Next(20);
                for (int i = first; i < Math.Min(first + length, acknowledged[chain] + length); i++)
                {
                    if (i > acknowledged[chain])
                    {
                        break;
                    }

                    _chained.Add(Link(chain, i));
                    acknowledged[chain] = Math.Max(acknowledged[chain], i + 1);
                }
            }
        }
    }

    private static (string Value, RecordOrigin Origin) Link(int chain, int index)
    {
        ulong position = (1UL << 48) + (ulong)(index * 3) + 1;
        ulong previous = index == 0 ? 0 : position - 3;
        return (
            string.Create(CultureInfo.InvariantCulture, $"o{chain}/{index}"),
            new RecordOrigin(MachineRig.Store, chain, position, previous, default));
    }

    private void Deliver()
    {
        for (int left = _random.Next(400); left > 0 && _doorRead < _door.Count; left--)
        {
            Accept(Door, _doorRead, _door[_doorRead], null);
            _doorRead++;
        }

        for (int left = _random.Next(400); left > 0 && _chainedRead < _chained.Count; left--)
        {
            (string value, RecordOrigin origin) = _chained[_chainedRead];
            Accept(Chained, _chainedRead, value, origin);
            _chainedRead++;
        }
    }

    // A command is repeated until it is answered, and sometimes after that.
    private void Ask(ref int asked)
    {
        for (int times = 1 + _random.Next(MostTimes); times > 0; times--)
        {
            string command = string.Create(CultureInfo.InvariantCulture, $"c{_random.Next(asked + 1)}");
            _delivered++;
            _machine.Execute(
                [OnceProcessor.Stream],
                (processor, to) => ((OnceProcessor)processor).Once(command, to, default),
                _ => _commands.Add(command));
        }

        asked += _random.Next(3);
    }

    private void Accept(string topic, int offset, string value, RecordOrigin? origin)
    {
        _delivered++;
        _machine.Accept(new Arrival(topic, 0, offset, Encoding.UTF8.GetBytes(value), origin));
        if (!_machine.CanAccept)
        {
            Commit();
        }
    }

    private void Commit()
    {
        Assert.True(_database.Write(_machine.TakePage()));
        _machine.Committed();
    }

    // What is decided and not committed is lost, or committed without anybody's knowing.
    private void Restart()
    {
        if (_random.Next(2) == 0)
        {
            Assert.True(_database.Write(_machine.TakePage()));
        }

        _machine = _database.Open(new OnceProcessor());
        _doorRead = Next(Door);
        _chainedRead = Next(Chained);
    }

    private int Next(string topic) => _machine.Next.TryGetValue((topic, 0), out InputPlace place) ? (int)place.Next : 0;

    /// <summary>Remembers what it has seen: a second time decides nothing.</summary>
    private sealed class OnceProcessor : IPartitionProcessor
    {
        public const string Stream = "s";
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public int FoldVersion => 1;

        public string StreamOf(in TopicRecord record) => Stream;

        public Verdict Process(in TopicRecord record, IEventAppender appender)
        {
            Once(Encoding.UTF8.GetString(record.Value), appender, record.Root);
            return Verdict.Done;
        }

        public void Once(string value, IEventAppender appender, RecordRoot root)
        {
            // A record of a chain is told apart by its position alone.
            if (value[0] == 'o' || _seen.Add(value))
            {
                appender.Append(Stream, "once.v1", Encoding.UTF8.GetBytes(value), root);
            }
        }

        public void Fold(in StoredEvent stored) => _seen.Add(Encoding.UTF8.GetString(stored.Body));

        public void Save(string stream, IStateWriter to)
        {
        }

        public void Load(string stream, IReadOnlyList<StatePart> parts)
        {
        }

        public void Unload(string stream)
        {
        }
    }
}
