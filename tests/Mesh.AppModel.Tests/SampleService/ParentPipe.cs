namespace SampleService;

/// <summary>Stops the service when its standard input ends, which is when its parent dies.</summary>
internal static class ParentPipe
{
    internal static void StopWith(IHostApplicationLifetime lifetime)
    {
        if (Environment.GetEnvironmentVariable("MESH_PARENT_PIPE") == "1")
        {
            new Thread(() => { WaitForEnd(); lifetime.StopApplication(); }) { IsBackground = true }.Start();
        }
    }

    internal static void WaitForEnd()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }
    }
}
