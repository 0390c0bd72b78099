using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mesh.Broker.Log;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Topics;

/// <summary>
/// The topics, durable: names, partitions and configurations in one file that is replaced as a whole, logs in folders
/// of their own. Lookups read a frozen snapshot without a lock; changes go one at a time.
/// </summary>
internal sealed class TopicStore : IDisposable
{
    private readonly Lock _changes = new();
    private readonly string _file;
    private readonly string _logs;
    private readonly LogContext _context;
    private readonly int _defaultPartitions;
    private readonly IReadOnlyDictionary<string, string> _defaults;
    private FrozenDictionary<string, Topic> _topics;

    /// <summary>Opens every log; recovery reads them through, a few at a time.</summary>
    /// <param name="defaults">Configurations of topics that do not set them; others have Apache Kafka's.</param>
    public TopicStore(
        string dataDirectory,
        int defaultPartitions,
        IReadOnlyDictionary<string, string> defaults,
        LogContext context)
    {
        _defaults = defaults;
        _file = Path.Combine(dataDirectory, "topics.json");
        _logs = Path.Combine(dataDirectory, "logs");
        _context = context;
        _defaultPartitions = defaultPartitions;
        Directory.CreateDirectory(_logs);
        StoredTopic[] stored = File.Exists(_file)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(_file), StoredJson.Default.StoredTopicArray) ?? []
            : [];
        DeleteLeftovers(stored);
        Topic[] opened = new Topic[stored.Length];
        Parallel.For(0, stored.Length, i => opened[i] = Open(stored[i]));
        _topics = opened.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<Topic> All => _topics.Values;

    /// <summary>What holds for a topic that sets this: the broker's defaults, and over them its own.</summary>
    public IReadOnlyDictionary<string, string> Effective(IReadOnlyDictionary<string, string> configs)
    {
        Dictionary<string, string> effective = new(_defaults, StringComparer.Ordinal);
        foreach ((string name, string value) in configs)
        {
            effective[name] = value;
        }

        return effective;
    }

    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>Looks a topic up by its name on the wire, without making a string.</summary>
    public Topic? Find(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.MaxTopicNameLength)
        {
            return null;
        }

        Span<char> name = stackalloc char[utf8.Length];
        int length = Encoding.UTF8.GetChars(utf8, name);
        return _topics.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..length], out Topic? topic)
            ? topic
            : null;
    }

    /// <summary>Creates topics as one durable change: those that can be are, the others get their error.</summary>
    public ErrorCode[] Create(IReadOnlyList<NewTopic> wanted, bool validateOnly)
    {
        lock (_changes)
        {
            ErrorCode[] errors = new ErrorCode[wanted.Count];
            List<StoredTopic> accepted = [];
            for (int i = 0; i < wanted.Count; i++)
            {
                errors[i] = Judge(wanted[i], accepted);
                if (errors[i] == ErrorCode.None)
                {
                    int partitions = wanted[i].Partitions == -1 ? _defaultPartitions : wanted[i].Partitions;
                    string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
                    accepted.Add(new StoredTopic(wanted[i].Name, id, partitions,
                        new SortedDictionary<string, string>(wanted[i].Configs.ToDictionary())));
                }
            }

            if (!validateOnly && accepted.Count > 0)
            {
                Dictionary<string, Topic> next = new(_topics, StringComparer.Ordinal);
                foreach (StoredTopic topic in accepted)
                {
                    next.Add(topic.Name, Open(topic));
                }

                Publish(next);
            }

            return errors;
        }
    }

    /// <summary>Deletes a topic: first from the file, then its folder; a crash between leaves only litter.</summary>
    public ErrorCode Delete(string name)
    {
        lock (_changes)
        {
            Dictionary<string, Topic> next = new(_topics, StringComparer.Ordinal);
            if (!next.Remove(name, out Topic? topic))
            {
                return ErrorCode.UnknownTopicOrPartition;
            }

            Publish(next);
            foreach (PartitionLog partition in topic.Partitions)
            {
                partition.Discard();
            }

            Directory.Delete(FolderOf(topic.Name, topic.Id), recursive: true);
            return ErrorCode.None;
        }
    }

    public ErrorCode AddPartitions(string name, int total, bool validateOnly)
    {
        lock (_changes)
        {
            if (Find(name) is not Topic topic)
            {
                return ErrorCode.UnknownTopicOrPartition;
            }

            if (total <= topic.Partitions.Length || total > Limits.MaxPartitionsPerTopic)
            {
                return ErrorCode.InvalidPartitions;
            }

            if (!validateOnly)
            {
                TopicSettings settings = TopicSettings.From(Effective(topic.Configs));
                PartitionLog[] partitions = [.. topic.Partitions,
                    .. Enumerable.Range(topic.Partitions.Length, total - topic.Partitions.Length)
                        .Select(n => OpenPartition(topic.Name, topic.Id, n, settings))];
                Replace(topic with { Partitions = partitions });
            }

            return ErrorCode.None;
        }
    }

    /// <summary>Changes a topic's configuration by a function of what is set now; false when there is none.</summary>
    public bool Configure(
        string name, Func<IReadOnlyDictionary<string, string>, SortedDictionary<string, string>> change)
    {
        lock (_changes)
        {
            if (Find(name) is not Topic topic)
            {
                return false;
            }

            Topic changed = topic with { Configs = change(topic.Configs) };
            Replace(changed);
            TopicSettings settings = TopicSettings.From(Effective(changed.Configs));
            foreach (PartitionLog partition in changed.Partitions)
            {
                partition.Configure(settings);
            }

            return true;
        }
    }

    public void Dispose()
    {
        foreach (Topic topic in _topics.Values)
        {
            foreach (PartitionLog partition in topic.Partitions)
            {
                partition.Dispose();
            }
        }
    }

    /// <summary>Apache Kafka's rule: letters, digits, dot, underscore and dash, at most 249.</summary>
    public static bool IsLegalName(string name) =>
        name.Length is > 0 and <= Limits.MaxTopicNameLength && name is not "." and not ".."
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private ErrorCode Judge(NewTopic wanted, List<StoredTopic> accepted)
    {
        if (!IsLegalName(wanted.Name))
        {
            return ErrorCode.InvalidTopic;
        }

        if (Find(wanted.Name) is not null || accepted.Any(t => t.Name == wanted.Name))
        {
            return ErrorCode.TopicAlreadyExists;
        }

        if (wanted.Partitions is 0 or < -1 or > Limits.MaxPartitionsPerTopic)
        {
            return ErrorCode.InvalidPartitions;
        }

        return wanted.Configs.Any(c => TopicConfigs.Refusal(c.Key, c.Value) is not null)
            ? ErrorCode.InvalidConfig
            : ErrorCode.None;
    }

    private void Replace(Topic changed) =>
        Publish(new Dictionary<string, Topic>(_topics, StringComparer.Ordinal) { [changed.Name] = changed });

    /// <summary>Makes a change durable, then visible.</summary>
    private void Publish(Dictionary<string, Topic> next)
    {
        StoredTopic[] stored = [.. next.Values.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t =>
            new StoredTopic(t.Name, t.Id, t.Partitions.Length, new(new Dictionary<string, string>(t.Configs))))];
        AtomicFile.Write(_file, JsonSerializer.SerializeToUtf8Bytes(stored, StoredJson.Default.StoredTopicArray));
        _topics = next.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private Topic Open(StoredTopic stored)
    {
        TopicSettings settings = TopicSettings.From(Effective(stored.Configs));
        PartitionLog[] partitions = [.. Enumerable.Range(0, stored.Partitions)
            .Select(n => OpenPartition(stored.Name, stored.Id, n, settings))];
        return new Topic(stored.Name, stored.Id, partitions, stored.Configs);
    }

    private PartitionLog OpenPartition(string topic, string id, int number, TopicSettings settings)
    {
        string digits = number.ToString(CultureInfo.InvariantCulture);
        return new PartitionLog($"{topic}-{digits}", Path.Combine(FolderOf(topic, id), digits), settings, _context);
    }

    // A tilde is in no topic's name, so the folder tells which topic of that name it belongs to.
    private string FolderOf(string topic, string id) => Path.Combine(_logs, $"{topic}~{id}");

    /// <summary>Folders of no known topic are what a crash left of a creation or a deletion.</summary>
    private void DeleteLeftovers(StoredTopic[] stored)
    {
        HashSet<string> known = [.. stored.Select(t => FolderOf(t.Name, t.Id))];
        foreach (string folder in Directory.EnumerateDirectories(_logs).Where(f => !known.Contains(f)).ToArray())
        {
            BrokerMessages.LeftoverDeleted(_context.Logger, folder);
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>A topic to be created; -1 partitions: the broker's default.</summary>
internal sealed record NewTopic(string Name, int Partitions, IReadOnlyDictionary<string, string> Configs);
