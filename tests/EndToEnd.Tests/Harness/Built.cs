namespace EndToEnd.Tests.Harness;

/// <summary>The programs that were built together with these tests.</summary>
internal static class Built
{
    private static readonly string Output = AppContext.BaseDirectory.TrimEnd('/');
    private static readonly string Framework = Path.GetFileName(Output);
    private static readonly string Configuration = Path.GetFileName(Path.GetDirectoryName(Output)!);
    private static readonly string Root = Path.GetFullPath(Path.Combine(Output, "../../../../.."));

    internal static string AppHost { get; } = In("AppHost", "AppHost.dll");

    internal static string Tool { get; } = In("cli", "mesh.dll");

    internal static string Bench { get; } = In("bench", "bench.dll");

    private static string In(string project, string assembly) =>
        Path.Combine(Root, project, "bin", Configuration, Framework, assembly);
}
