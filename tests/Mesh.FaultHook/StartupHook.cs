using System.Globalization;
using System.Reflection;
using Mesh.FaultHook;

/// <summary>
/// What the runtime calls before a program's own entry point when <c>DOTNET_STARTUP_HOOKS</c> names this assembly: see
/// https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md. The name is the runtime's.
/// </summary>
internal static class StartupHook
{
    private const string FolderVariable = "MESH_FAULT_DIR";
    private const string PointsType = "Mesh.Partitions.FaultPoints, Mesh.Partitions";
    private const string HandlerProperty = "Handler";

    /// <summary>Does nothing in a program without fault points, or when no folder of orders is named.</summary>
    public static void Initialize()
    {
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (string.IsNullOrEmpty(folder) || Type.GetType(PointsType, throwOnError: false) is not { } points)
        {
            return;
        }

        string process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        FaultOrders orders = new(Path.Combine(folder, process));
        points.GetProperty(HandlerProperty, BindingFlags.Public | BindingFlags.Static)!
            .SetValue(null, new Action<string>(orders.Reach));
        orders.Watch();
    }
}
