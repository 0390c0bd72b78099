using System.Diagnostics;

namespace EndToEnd.Tests.Harness;

/// <summary>Waits for a condition, with a deadline that is far longer than it should ever take.</summary>
internal static class Until
{
    /// <summary>How long anything may take on a slow and busy machine.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is as wanted, and returns it; fails with the last one after the limit.</summary>
    internal static async Task<T> AnswerAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> wanted)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            T answer = await ask();
            if (wanted(answer))
            {
                return answer;
            }

            Assert.True(
                Stopwatch.GetElapsedTime(started) < Limit,
                $"Not within {Limit.TotalSeconds} s: {what}. The last answer was {answer}.");
            await Task.Delay(Beat);
        }
    }

    /// <summary>Asks until the answer is true.</summary>
    internal static Task TrueAsync(string what, Func<bool> condition) =>
        AnswerAsync(what, () => Task.FromResult(condition()), holds => holds);
}
