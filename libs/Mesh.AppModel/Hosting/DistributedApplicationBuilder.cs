using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>The builder behind <see cref="DistributedApplication.CreateBuilder"/>.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private const string DefaultState = ".mesh";

    private readonly List<Resource> _resources = [];
    private readonly ProvisioningException? _problem;
    private readonly HostLocation _location;

    internal DistributedApplicationBuilder(IReadOnlyList<string> arguments, string programDirectory)
    {
        // A wrong argument is reported by RunAsync, where every other trouble of the person at the terminal is.
        Options = new AppHostOptions();
        _location = new HostLocation(programDirectory, programDirectory, "", "");
        try
        {
            Options = ArgumentParser.Parse(arguments);
            _location = HostLocation.Find(programDirectory);
        }
        catch (ProvisioningException problem)
        {
            _problem = problem;
        }

        StateDirectory = Options.StateDirectory ?? Path.Combine(_location.RootDirectory, DefaultState);
    }

    public AppHostOptions Options { get; }

    public string AppHostDirectory => _location.ProjectDirectory;

    public string StateDirectory { get; }

    public int PortBase => Options.PortBase;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : Resource
    {
        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new([.. _resources], Options, StateDirectory, _location, _problem);

    private sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource)
        : IResourceBuilder<T>
        where T : Resource;
}
