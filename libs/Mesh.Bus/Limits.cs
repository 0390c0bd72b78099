namespace Mesh.Bus;

/// <summary>How long things may take, and how often they are done.</summary>
public static class Limits
{
    /// <summary>How long a commit of a group's offsets waits for the group's coordinator.</summary>
    public static readonly TimeSpan GroupPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long one question about a group's lag may take.</summary>
    public static readonly TimeSpan LagPatience = TimeSpan.FromSeconds(10);

    /// <summary>How often a <see cref="RetentionGuard"/> looks at the least.</summary>
    public static readonly TimeSpan GuardInterval = TimeSpan.FromSeconds(30);

    /// <summary>How often a <see cref="RetentionGuard"/> looks within the shortest retention, at the least.</summary>
    public const int GuardLooks = 10;

    /// <summary>Records of a batch after which a <see cref="TopicReader"/> may rest: more are on their way.</summary>
    public const int ManyRecords = 10;

    /// <summary>Records of a batch after which it rests twice as long: a busy machine needs larger ones.</summary>
    public const int VeryManyRecords = 100;
}
