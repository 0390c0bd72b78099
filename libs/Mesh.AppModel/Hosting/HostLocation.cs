using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// Where we run from: <c>ROOT/…/AppHost/bin/CONFIGURATION/FRAMEWORK/</c>. The projects we start are taken from the same
/// configuration and framework, so that a Release host never starts Debug services.
/// </summary>
internal sealed record HostLocation(
    string ProjectDirectory, string RootDirectory, string Configuration, string Framework)
{
    /// <exception cref="ProvisioningException">The program does not lie in a project's build output.</exception>
    internal static HostLocation Find(string programDirectory)
    {
        var framework = new DirectoryInfo(programDirectory.TrimEnd('/'));
        var configuration = framework.Parent;
        if (configuration?.Parent is not { Name: "bin", Parent: { } project })
        {
            throw new ProvisioningException(
                $"{programDirectory} is no build output (bin/CONFIGURATION/FRAMEWORK). Use: dotnet run --project AppHost");
        }

        var root = project;
        while (root is not null && root.GetFiles("*.sln").Length == 0)
        {
            root = root.Parent;
        }

        return new HostLocation(
            project.FullName, (root ?? project).FullName, configuration.Name, framework.Name);
    }
}
