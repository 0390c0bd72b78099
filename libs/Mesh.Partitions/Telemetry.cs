using System.Diagnostics.Metrics;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions;

/// <summary>What the library measures: meter <c>Mesh.Partitions</c>, tagged with the service's name.</summary>
internal static class Telemetry
{
    private static readonly Meter Meter = new("Mesh.Partitions");

    private static readonly Counter<long> Notices = Meter.CreateCounter<long>(
        "mesh.partitions.notices", description: "Partitions taken, given up, started over; records lost; rebuilds.");

    public static void Count(Notice notice, string service) =>
        Notices.Add(1, new KeyValuePair<string, object?>("notice", notice.ToString()), Service(service));

    /// <summary>Seconds for which the broker has acknowledged nothing while something waits for it.</summary>
    public static void ObserveRelay(string service, Func<double> stalledSeconds) => Meter.CreateObservableGauge(
        "mesh.partitions.relay.stalled",
        () => new Measurement<double>(stalledSeconds(), Service(service)),
        unit: "s",
        description: "How long the broker has acknowledged nothing while something waits for it.");

    private static KeyValuePair<string, object?> Service(string name) => new("service", name);
}
