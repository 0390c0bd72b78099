using Mesh.Contracts.Ingestion.V1;

namespace Mesh.Ingestion.Tests;

public sealed class StreamAcknowledgementsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Stream_WhoseRefusalsAreNotRead_HoldsNoMoreThanItsLimit()
    {
        StreamAcknowledgements stream = new();
        for (int i = 1; i <= Limits.StreamRefusals; i++)
        {
            await ReceiveRefusedAsync(stream);
        }

        // All are settled; but what nobody is told of is held.
        ValueTask next = stream.ReceiveAsync(default);
        Assert.False(next.IsCompleted);

        SubmitStreamResponse? told = await stream.NextAsync().WaitAsync(Deadline);
        Assert.Equal((ulong)Limits.StreamRefusals, told!.DurableThrough);
        Assert.Equal(Limits.StreamRefusals, told.Refused.Count);
        await next.AsTask().WaitAsync(Deadline);
    }

    [Fact]
    public async Task Stream_WhoseAnswersAreNotRead_TakesNoMoreThanItsWindow()
    {
        StreamAcknowledgements stream = new();
        for (int i = 1; i <= Limits.StreamWindow; i++)
        {
            await stream.ReceiveAsync(default).AsTask().WaitAsync(Deadline);
            ((IAcknowledged)stream).Acknowledged(i, 0, 0, i);
        }

        ValueTask next = stream.ReceiveAsync(default);
        Assert.False(next.IsCompleted);
        Assert.Equal((uint)Limits.StreamWindow, (await stream.NextAsync().WaitAsync(Deadline))!.Window);
        await next.AsTask().WaitAsync(Deadline);
    }

    [Fact]
    public async Task Stream_SettledInAnyOrder_TellsWhatIsSettledWithoutGaps()
    {
        StreamAcknowledgements stream = new();
        IAcknowledged sink = stream;
        Random random = new(7);
        ulong through = 0;
        for (int round = 0; round < 300; round++)
        {
            long first = stream.Next;
            long[] numbers = [.. Enumerable.Range(0, 100).Select(i => first + i)];
            foreach (long _ in numbers)
            {
                await stream.ReceiveAsync(default);
            }

            random.Shuffle(numbers);
            foreach (long number in numbers)
            {
                sink.Acknowledged(number, 0, 0, number);
            }

            through += 100;
            Assert.Equal(through, (await stream.NextAsync().WaitAsync(Deadline))!.DurableThrough);
        }
    }

    [Fact]
    public async Task Stream_ThatIsAbandoned_TellsNothingMore()
    {
        StreamAcknowledgements stream = new();
        await stream.ReceiveAsync(default);
        Task<SubmitStreamResponse?> waiting = stream.NextAsync();
        Assert.False(waiting.IsCompleted);

        stream.Abandon();
        Assert.Null(await waiting.WaitAsync(Deadline));

        // What comes too late is taken, and told to nobody.
        ((IAcknowledged)stream).Acknowledged(1, 0, 0, 1);
        Assert.Null(await stream.NextAsync().WaitAsync(Deadline));
    }

    private static async Task ReceiveRefusedAsync(StreamAcknowledgements stream)
    {
        long number = stream.Next;
        await stream.ReceiveAsync(default).AsTask().WaitAsync(Deadline);
        stream.Refuse(number, new Receipt { Status = Receipt.Types.Status.Refused });
    }
}
