using Mesh.AppModel.Hosting;
using Mesh.Provisioning;

namespace Mesh.AppModel;

/// <summary>An address at which each replica of a project listens on 127.0.0.1.</summary>
/// <param name="Name">What references and variables call it.</param>
/// <param name="Ports">One port per replica.</param>
/// <param name="IsFixed">Whether the composition named the port, as opposed to any free one.</param>
public sealed record Endpoint(string Name, IReadOnlyList<int> Ports, bool IsFixed)
{
    /// <summary>The address of one replica.</summary>
    public string Url(int replica) => $"http://127.0.0.1:{Ports[replica]}";
}

/// <summary>A .NET project that runs as one process per replica.</summary>
public sealed class ProjectResource(string name, string projectPath) : Resource(name)
{
    /// <summary>The endpoint of a project that names none.</summary>
    public const string DefaultEndpoint = "http";

    private readonly List<(string Name, int? Port)> _wanted = [];
    private IReadOnlyList<Endpoint>? _endpoints;

    /// <summary>The full path of the project file.</summary>
    public string ProjectPath { get; } = projectPath;

    /// <summary>How many processes; 1 unless said otherwise.</summary>
    public int Replicas { get; internal set; } = 1;

    /// <summary>Whether its addresses are for people and tools outside: shown as URLs, written to run.json.</summary>
    public bool IsExternal { get; internal set; }

    /// <summary>Databases and brokers whose connection strings it is given, by the name it knows them by.</summary>
    public IDictionary<string, IResourceWithConnectionString> Connections { get; } =
        new Dictionary<string, IResourceWithConnectionString>();

    /// <summary>Projects whose addresses it is given.</summary>
    public IList<ProjectResource> References { get; } = [];

    /// <summary>Variables of its processes, on top of what references give.</summary>
    public IDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    /// <summary>Arguments behind <c>--name NAME</c>.</summary>
    public IList<string> Arguments { get; } = [];

    /// <summary>Its endpoints. The first look fixes the ports: so it comes after the composition is complete.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _endpoints ??= ChoosePorts();

    /// <summary>What one of its processes is called: the name, with a number when there are several.</summary>
    public string ReplicaName(int replica) => Replicas == 1 ? Name : $"{Name}-{replica}";

    /// <summary>The ports that the composition names, without choosing any other.</summary>
    internal IEnumerable<int> NamedPorts => _wanted.Select(endpoint => endpoint.Port).OfType<int>();

    internal void AddEndpoint(string endpoint, int? port) => _wanted.Add((endpoint, port));

    private List<Endpoint> ChoosePorts()
    {
        IReadOnlyList<(string Name, int? Port)> wanted = _wanted.Count > 0 ? _wanted : [(DefaultEndpoint, null)];
        if (Replicas > 1 && wanted.FirstOrDefault(endpoint => endpoint.Port is not null) is { Name: not null } both)
        {
            throw new ProvisioningException(
                $"{Name} has {Replicas} replicas and a fixed port for its endpoint {both.Name}: choose one of the two.");
        }

        return
        [
            .. wanted.Select(endpoint => new Endpoint(
                endpoint.Name,
                endpoint.Port is { } port ? [port] : PortReservation.Take(Replicas),
                endpoint.Port is not null)),
        ];
    }
}
