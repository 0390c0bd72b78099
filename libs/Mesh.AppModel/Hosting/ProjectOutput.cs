using System.Xml.Linq;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>From a project file to the assembly that its build made.</summary>
internal static class ProjectOutput
{
    /// <exception cref="ProvisioningException">The project does not exist or is not built.</exception>
    internal static string AssemblyPath(string projectPath, HostLocation location)
    {
        if (!File.Exists(projectPath))
        {
            throw new ProvisioningException($"There is no project {projectPath}.");
        }

        var assembly = XDocument.Load(projectPath).Descendants("AssemblyName").FirstOrDefault()?.Value.Trim()
            ?? Path.GetFileNameWithoutExtension(projectPath);
        var folder = Path.GetDirectoryName(projectPath)!;
        var path = Path.Combine(folder, "bin", location.Configuration, location.Framework, assembly + ".dll");
        return File.Exists(path)
            ? path
            : throw new ProvisioningException(
                $"{path} is missing. Run: dotnet build -c {location.Configuration} {folder}");
    }
}
