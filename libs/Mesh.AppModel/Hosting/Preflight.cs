using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>What can be known before anything starts: a wrong composition, missing prerequisites, taken ports.</summary>
internal static class Preflight
{
    /// <exception cref="ProvisioningException">Something is wrong: says what, and what to do.</exception>
    internal static async Task CheckAsync(
        IReadOnlyList<Resource> resources,
        AppHostOptions options,
        HostLocation location,
        TextWriter terminal,
        CancellationToken cancellation)
    {
        CheckNames(resources, options);
        CheckCycles(resources);
        CheckProjects(resources, location);
        await InstallAsync(resources, terminal, cancellation);
        CheckPorts(resources);
    }

    private static void CheckNames(IReadOnlyList<Resource> resources, AppHostOptions options)
    {
        var projects = resources.OfType<ProjectResource>().Select(project => project.Name).ToList();
        if (options.Replicas.Keys.FirstOrDefault(name => !projects.Contains(name)) is { } unknown)
        {
            throw new ProvisioningException(
                $"--replicas names {unknown}, which is no project. There are: {string.Join(", ", projects)}.");
        }

        var twice = resources.GroupBy(resource => resource.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new ProvisioningException($"Two resources are called {twice.Key}.");
        }
    }

    private static void CheckCycles(IReadOnlyList<Resource> resources)
    {
        var done = new HashSet<Resource>();
        var path = new List<Resource>();
        foreach (var resource in resources)
        {
            Visit(resource);
        }

        void Visit(Resource resource)
        {
            if (path.Contains(resource))
            {
                var names = path.SkipWhile(other => other != resource).Append(resource).Select(other => other.Name);
                throw new ProvisioningException($"These wait for each other: {string.Join(" → ", names)}.");
            }

            if (done.Contains(resource))
            {
                return;
            }

            path.Add(resource);
            foreach (var other in resource.WaitsFor)
            {
                Visit(other);
            }

            path.RemoveAt(path.Count - 1);
            done.Add(resource);
        }
    }

    private static void CheckProjects(IReadOnlyList<Resource> resources, HostLocation location)
    {
        foreach (var resource in resources)
        {
            switch (resource)
            {
                case ProjectResource project:
                    _ = ProjectOutput.AssemblyPath(project.ProjectPath, location);
                    break;
                case KafkaServerResource { External: null, Home: null, ProjectPath: var path } kafka:
                    _ = ProjectOutput.AssemblyPath(
                        path ?? throw new ProvisioningException(
                            $"{kafka.Name} has nothing to run: set ConnectionStrings__{kafka.Name} or KAFKA_HOME."),
                        location);
                    break;
            }
        }
    }

    private static Task InstallAsync(
        IReadOnlyList<Resource> resources, TextWriter terminal, CancellationToken cancellation)
    {
        var wanted = default(SystemPackage);
        if (resources.Any(resource => resource is PostgresServerResource { External: null }))
        {
            wanted |= SystemPackage.Postgres;
        }

        if (resources.Any(resource => resource is KafkaServerResource))
        {
            wanted |= SystemPackage.Librdkafka;
        }

        return SystemPackages.EnsureAsync(wanted, terminal.WriteLine, cancellation);
    }

    private static void CheckPorts(IReadOnlyList<Resource> resources)
    {
        PortReservation.Keep(resources.SelectMany(NamedPorts));
        foreach (var (name, port) in resources.SelectMany(FixedPorts))
        {
            if (!FreePorts.IsFree(port))
            {
                throw new ProvisioningException(
                    $"Port {port} ({name}) is taken by another program: stop that one, "
                    + $"or move this application's ports with --ports BASE (for example --ports {Elsewhere(resources)}).");
            }
        }
    }

    private static int Elsewhere(IReadOnlyList<Resource> resources)
    {
        const int Step = 1_000;
        var ports = resources.SelectMany(FixedPorts).Select(part => part.Port).ToList();
        for (var by = Step; ports.Max() + by < FreePorts.Lowest; by += Step)
        {
            if (FreePorts.FirstTaken(ports.Select(port => port + by)) is null)
            {
                return ports.Min() + by;
            }
        }

        return ports.Min() + Step;
    }

    private static IEnumerable<(string Name, int Port)> FixedPorts(Resource resource) => resource switch
    {
        PostgresServerResource { External: null } postgres => [(postgres.Name, postgres.Port)],
        KafkaServerResource { External: null } kafka => [(kafka.Name, kafka.Port)],
        ProjectResource project => project.Endpoints
            .Where(endpoint => endpoint.IsFixed)
            .Select(endpoint => ($"{project.Name} {endpoint.Name}", endpoint.Ports[0])),
        _ => [],
    };

    private static IEnumerable<int> NamedPorts(Resource resource) => resource switch
    {
        PostgresServerResource postgres => [postgres.Port],
        KafkaServerResource kafka => [kafka.Port],
        ProjectResource project => project.NamedPorts,
        _ => [],
    };
}
