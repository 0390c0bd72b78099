using System.Diagnostics.Metrics;

namespace Mesh.Ingestion.Relaying;

/// <summary>What the door shows of its log: meter <c>Mesh.Ingestion</c>.</summary>
internal static class SpillTelemetry
{
    private static readonly Meter Meter = new("Mesh.Ingestion");

    public static void Observe(SpillLog spill)
    {
        Meter.CreateObservableGauge(
            "mesh.door.spilled.records",
            () => spill.Records,
            description: "Actions in this instance's partitions of the log that the broker has not acknowledged.");
        Meter.CreateObservableGauge(
            "mesh.door.spilled.bytes",
            () => spill.Bytes,
            unit: "By",
            description: "Bytes of the door's log, of all instances together.");
    }
}
