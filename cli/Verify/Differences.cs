namespace Mesh.Cli.Verify;

/// <summary>What does not agree: all counted, the first hundred named.</summary>
internal sealed class Differences
{
    internal const int Named = 100;

    private readonly List<string> _named = [];

    internal IReadOnlyList<string> Names => _named;

    internal long Count { get; private set; }

    internal void Add(string difference)
    {
        Count++;
        if (_named.Count < Named)
        {
            _named.Add(difference);
        }
    }
}
