namespace Mesh.AppModel.Hosting;

/// <summary>How one part of a resource is started, the first time and each time after it died.</summary>
/// <param name="Resource">The resource: a project with replicas has a part for each.</param>
/// <param name="Name">What the part is called: the same each time.</param>
/// <param name="StartAsync">
/// Starts it and returns as soon as there is something to stop. True: it is started again, on the data, ports and log
/// of the time before.
/// </param>
internal sealed record PartPlan(
    Resource Resource, string Name, Func<bool, CancellationToken, Task<RunningPart>> StartAsync);
