namespace Mesh.Tests.Shared;

/// <summary>A test that needs a real Apache Kafka: skipped, with the reason, where KAFKA_HOME names none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KafkaHomeFactAttribute : FactAttribute
{
    /// <summary>Decides at discovery.</summary>
    public KafkaHomeFactAttribute()
    {
        if (string.IsNullOrEmpty(Home))
        {
            Skip = "KAFKA_HOME names no Apache Kafka";
        }
    }

    /// <summary>The distribution's folder.</summary>
    public static string? Home => Environment.GetEnvironmentVariable("KAFKA_HOME");
}
