namespace Mesh.EventStore.Machinery;

/// <summary>A page's names, and the targets that are made of them: one object for each, however many events.</summary>
internal sealed class PageNames(string[] names)
{
    private readonly Dictionary<(int Topic, int Partition, string? Key), EventTarget> _targets = [];

    // The same few names in every page: one string each, which readers compare by reference first.
    private readonly string[] _names = Array.ConvertAll(names, string.Intern);

    /// <summary>A name; the first is 1.</summary>
    public string this[int number] => _names[number - 1];

    public EventTarget Target(int topic, int partition, string? key)
    {
        if (!_targets.TryGetValue((topic, partition, key), out EventTarget? target))
        {
            target = new EventTarget(this[topic], partition, key);
            _targets.Add((topic, partition, key), target);
        }

        return target;
    }
}
