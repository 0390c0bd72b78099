using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Partitions;

namespace Mesh.Wiring;

/// <summary>
/// Runs calls where their partition is: here, or at the instance that owns it, with the caller's tenant and deadline. A
/// call is forwarded once: whoever it reaches answers for itself, or says that it cannot now. Safe for concurrent use.
/// </summary>
internal sealed class PeerCalls : IDisposable
{
    // A peer that vanished without a word must not hold a caller that set no deadline.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> _channels = new(StringComparer.Ordinal);

    /// <summary>Whether another instance or service of the mesh asks.</summary>
    public static bool IsForwarded(ServerCallContext context) =>
        context.RequestHeaders.GetValue(HeaderNames.Forwarded) is not null;

    /// <summary>Answers a call of one partition.</summary>
    /// <param name="context">The call.</param>
    /// <param name="here">Answers it here; <see cref="NotOwnerException"/>: another instance must.</param>
    /// <param name="there">Makes the same call at another instance.</param>
    /// <exception cref="RpcException">UNAVAILABLE: nobody can answer now; or what the owner answered.</exception>
    public async Task<T> AnswerAsync<T>(
        ServerCallContext context, Func<Task<T>> here, Func<CallInvoker, CallOptions, AsyncUnaryCall<T>> there)
    {
        string owner;
        try
        {
            return await here();
        }
        catch (NotOwnerException e) when (e.Address is not null && !IsForwarded(context))
        {
            owner = e.Address;
        }
        catch (Exception e) when (e is NotOwnerException or PartitionUnavailableException)
        {
            throw ServiceErrors.Unavailable(e.Message);
        }

        return await AskAsync(owner, context, there);
    }

    /// <summary>
    /// Gathers what each instance answers for its own partitions; a call that is forwarded, what this one does.
    /// </summary>
    /// <param name="context">The call.</param>
    /// <param name="places">Who owns which partition.</param>
    /// <param name="here">Answers for the partitions of this instance.</param>
    /// <param name="there">Makes the same call at another instance.</param>
    /// <param name="partitions">For which partitions an answer speaks.</param>
    /// <exception cref="RpcException">UNAVAILABLE: the answers do not speak for every partition, once each.</exception>
    public async Task<IReadOnlyList<T>> GatherAsync<T>(
        ServerCallContext context,
        Func<IReadOnlyList<PartitionPlace>> places,
        Func<Task<T>> here,
        Func<CallInvoker, CallOptions, AsyncUnaryCall<T>> there,
        Func<T, IEnumerable<uint>> partitions)
    {
        if (IsForwarded(context))
        {
            return [await ServiceErrors.AnswerAsync(here)];
        }

        T[] answers = await ServiceErrors.AnswerAsync(() => Task.WhenAll<T>(
        [
            here(),
            .. places().Where(place => !place.IsHere && place.Address is not null)
                .Select(place => place.Address!)
                .Distinct(StringComparer.Ordinal)
                .Select(owner => AskAsync(owner, context, there)),
        ]));
        return answers.SelectMany(partitions).Order()
            .SequenceEqual(Enumerable.Range(0, Placement.Partitions).Select(n => (uint)n))
            ? answers
            : throw ServiceErrors.Unavailable("Partitions are changing hands; try again in a moment.");
    }

    /// <summary>Makes a call at an instance, as one that is forwarded.</summary>
    /// <exception cref="RpcException">What it answered; UNAVAILABLE: it cannot be reached.</exception>
    public async Task<T> AskAsync<T>(
        string address, ServerCallContext context, Func<CallInvoker, CallOptions, AsyncUnaryCall<T>> there)
    {
        DateTime patience = DateTime.UtcNow + Patience;
        DateTime deadline = context.Deadline < patience ? context.Deadline : patience;
        Metadata headers = ForwardedHeaders();
        if (context.RequestHeaders.GetValue(HeaderNames.Tenant) is { } tenant)
        {
            headers.Add(HeaderNames.Tenant, tenant);
        }

        try
        {
            using AsyncUnaryCall<T> call =
                there(Invoker(address), new CallOptions(headers, deadline, context.CancellationToken));
            return await call.ResponseAsync;
        }
        catch (RpcException e) when (Problems.FromRpcException(e) is { } problem)
        {
            throw problem.ToRpcException();
        }
        catch (RpcException e) when (
            e.StatusCode == StatusCode.Unavailable
            || (e.StatusCode == StatusCode.DeadlineExceeded && deadline == patience))
        {
            throw ServiceErrors.Unavailable($"The instance at {address} does not answer: {e.Status.Detail}");
        }
        catch (RpcException e)
        {
            throw new RpcException(new Status(e.StatusCode, e.Status.Detail));
        }
    }

    /// <summary>A way to an instance; made once, and kept.</summary>
    public CallInvoker Invoker(string address) => _channels.GetOrAdd(
        address, static at => new Lazy<GrpcChannel>(() => GrpcChannel.ForAddress(at))).Value.CreateCallInvoker();

    /// <summary>The metadata that says that the mesh itself asks.</summary>
    public static Metadata ForwardedHeaders() => new() { { HeaderNames.Forwarded, "1" } };

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        foreach (Lazy<GrpcChannel> channel in _channels.Values)
        {
            channel.Value.Dispose();
        }
    }
}
