namespace Mesh.Grpc.Tests.Functional;

/// <summary>A test that needs the programs in the folder named by MESH_TOOLS; skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MeshToolsFactAttribute : FactAttribute
{
    public const string Variable = "MESH_TOOLS";

    public MeshToolsFactAttribute(string tool)
    {
        Tool = tool;
        var folder = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
        {
            Skip = $"{Variable} does not name the folder of {tool}.";
        }
        else if (!File.Exists(Path.Combine(folder, tool)))
        {
            Skip = $"The folder in {Variable} has no {tool}.";
        }
    }

    public string Tool { get; }

    public static string PathOf(string tool) =>
        Path.Combine(Environment.GetEnvironmentVariable(Variable)!, tool);
}
