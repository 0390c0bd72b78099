using EndToEnd.Tests.Harness;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EndToEnd.Tests;

/// <summary>One mesh for all tests that only use it. Each test takes a game of its own.</summary>
public sealed class MeshFixture : IAsyncLifetime
{
    private readonly MeshState _state = new();
    private RunningMesh? _mesh;

    internal RunningMesh Mesh => _mesh ?? throw new InvalidOperationException("The mesh does not run.");

    /// <inheritdoc />
    public async Task InitializeAsync() => _mesh = await RunningMesh.StartAsync(_state);

    /// <summary>Stops the mesh; fails when it does not stop well.</summary>
    public async Task DisposeAsync()
    {
        try
        {
            if (_mesh is not null)
            {
                await _mesh.StopCleanlyAsync();
            }
        }
        finally
        {
            if (_mesh is not null)
            {
                await _mesh.DisposeAsync();
            }

            _state.Dispose();
        }
    }
}

/// <summary>The tests that share a mesh.</summary>
[CollectionDefinition(Name)]
public sealed class SharedMesh : ICollectionFixture<MeshFixture>
{
    /// <summary>Its name.</summary>
    public const string Name = "shared mesh";
}
