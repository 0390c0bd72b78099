namespace Mesh.AppModel;

/// <summary>What the command line of AppHost asks for.</summary>
public sealed record AppHostOptions
{
    /// <summary>The default of <see cref="PortBase"/>.</summary>
    public const int DefaultPortBase = 8400;

    /// <summary>--fresh: forget the data of earlier runs.</summary>
    public bool Fresh { get; init; }

    /// <summary>--ports BASE: where the block of fixed ports begins.</summary>
    public int PortBase { get; init; } = DefaultPortBase;

    /// <summary>--state DIR: the state directory; null: .mesh beside the solution file.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>--replicas NAME=N: processes per project, instead of what the composition says.</summary>
    public IReadOnlyDictionary<string, int> Replicas { get; init; } = new Dictionary<string, int>();

    /// <summary>--help: print the usage and stop.</summary>
    public bool Help { get; init; }
}
