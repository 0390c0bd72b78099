using System.Globalization;

namespace Mesh.AppModel.Hosting;

/// <summary>The variables of a project's processes, by Aspire's conventions.</summary>
internal static class ProjectEnvironment
{
    internal static Dictionary<string, string?> Of(ProjectResource project, int replica)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = string.Join(';', project.Endpoints.Select(endpoint => endpoint.Url(replica))),
            ["OTEL_SERVICE_NAME"] = project.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = Attributes(project.ReplicaName(replica)),
        };
        foreach (var endpoint in project.Endpoints)
        {
            variables[$"MESH_ENDPOINT_{endpoint.Name.ToUpperInvariant()}"] = endpoint.Url(replica);
        }

        foreach (var (name, source) in project.Connections)
        {
            variables[$"ConnectionStrings__{name}"] = source.ConnectionString;
        }

        foreach (var other in project.References)
        {
            AddServices(variables, other);
        }

        foreach (var (name, value) in project.Environment)
        {
            variables[name] = value;
        }

        return variables;
    }

    private static void AddServices(Dictionary<string, string?> variables, ProjectResource other)
    {
        foreach (var endpoint in other.Endpoints)
        {
            for (var i = 0; i < other.Replicas; i++)
            {
                var number = i.ToString(CultureInfo.InvariantCulture);
                variables[$"services__{other.Name}__{endpoint.Name}__{number}"] = endpoint.Url(i);
            }
        }
    }

    /// <summary>What our own environment says about telemetry holds for the projects too.</summary>
    private static string Attributes(string instance)
    {
        var own = Environment.GetEnvironmentVariable("OTEL_RESOURCE_ATTRIBUTES");
        return string.IsNullOrEmpty(own) ? $"service.instance.id={instance}" : $"{own},service.instance.id={instance}";
    }
}
