namespace EndToEnd.Tests.Files;

/// <summary>A fact about a real data set, which lies in the folder that <c>MESH_DATA</c> names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MeshDataFactAttribute : FactAttribute
{
    private const string Variable = "MESH_DATA";

    /// <summary>Skips the test, and says why, where there is no such folder.</summary>
    public MeshDataFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            Skip = $"{Variable} does not name the folder of data sets.";
        }
    }

    internal static string Gowalla =>
        Path.Combine(Environment.GetEnvironmentVariable(Variable)!, "gowalla-nyc", "checkins.tsv.gz");
}
