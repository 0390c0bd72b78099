using System.Diagnostics;
using Mesh.Partitions.Shell;

namespace Mesh.Partitions.Tests.Hosting;

public sealed class SignalTests
{
    [Fact]
    public void Wait_ForLessThanAMillisecond_IsNotOverBefore()
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(0.9);
        Signal signal = new();
        long began = Stopwatch.GetTimestamp();
        signal.Wait(limit);
        Assert.True(Stopwatch.GetElapsedTime(began) >= limit);
    }

    [Fact]
    public void Wait_WhenItIsSet_IsOver()
    {
        TimeSpan limit = TimeSpan.FromSeconds(60);
        Signal signal = new();
        signal.Set();
        long began = Stopwatch.GetTimestamp();
        signal.Wait(limit);
        Assert.True(Stopwatch.GetElapsedTime(began) < limit);
    }
}
