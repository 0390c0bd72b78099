using System.Diagnostics;

namespace Mesh.Provisioning.Tests;

/// <summary>Waits for a condition.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(string what, Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"Not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(Beat);
        }
    }

    public static Task WithinAsync(Task task) => task.WaitAsync(Limit);

    public static Task<T> WithinAsync<T>(Task<T> task) => task.WaitAsync(Limit);
}
