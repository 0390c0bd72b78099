namespace Mesh.Quests.Core.Catalog;

/// <summary>What is asked of a game's stream. The stream is the one of the definition's slug.</summary>
public abstract record CatalogCommand
{
    private CatalogCommand(GameDefinition definition) => Definition = definition;

    /// <summary>The definition to publish.</summary>
    public GameDefinition Definition { get; }

    /// <summary>Publishes the first version.</summary>
    public sealed record CreateGame : CatalogCommand
    {
        /// <summary>Publishes the first version.</summary>
        public CreateGame(GameDefinition definition)
            : base(definition)
        {
        }
    }

    /// <summary>Publishes the next version.</summary>
    public sealed record PutGame : CatalogCommand
    {
        /// <summary>
        /// Publishes the next version, when the newest one is <paramref name="expectedVersion"/> (0: none yet).
        /// </summary>
        public PutGame(GameDefinition definition, ulong expectedVersion)
            : base(definition) => ExpectedVersion = expectedVersion;

        /// <summary>The version that the sender has seen.</summary>
        public ulong ExpectedVersion { get; }
    }
}
