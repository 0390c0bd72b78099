using Grpc.Core;

namespace Mesh.Grpc.Interop.Client;

/// <summary>All cases by their official names.</summary>
internal static class Cases
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, Func<CaseContext, Task>> Table = new(StringComparer.Ordinal)
    {
        ["empty_unary"] = UnaryCases.EmptyUnaryAsync,
        ["cacheable_unary"] = UnaryCases.CacheableUnaryAsync,
        ["large_unary"] = UnaryCases.LargeUnaryAsync,
        ["client_compressed_unary"] = CompressionCases.ClientCompressedUnaryAsync,
        ["server_compressed_unary"] = CompressionCases.ServerCompressedUnaryAsync,
        ["client_streaming"] = StreamingCases.ClientStreamingAsync,
        ["client_compressed_streaming"] = CompressionCases.ClientCompressedStreamingAsync,
        ["server_streaming"] = StreamingCases.ServerStreamingAsync,
        ["server_compressed_streaming"] = CompressionCases.ServerCompressedStreamingAsync,
        ["ping_pong"] = StreamingCases.PingPongAsync,
        ["empty_stream"] = StreamingCases.EmptyStreamAsync,
        ["custom_metadata"] = MetadataAndStatusCases.CustomMetadataAsync,
        ["status_code_and_message"] = MetadataAndStatusCases.StatusCodeAndMessageAsync,
        ["special_status_message"] = MetadataAndStatusCases.SpecialStatusMessageAsync,
        ["unimplemented_method"] = MetadataAndStatusCases.UnimplementedMethodAsync,
        ["unimplemented_service"] = MetadataAndStatusCases.UnimplementedServiceAsync,
        ["cancel_after_begin"] = CancellationCases.CancelAfterBeginAsync,
        ["cancel_after_first_response"] = CancellationCases.CancelAfterFirstResponseAsync,
        ["timeout_on_sleeping_server"] = CancellationCases.TimeoutOnSleepingServerAsync,
        [ClientCompressedUnaryNoProbe] = CompressionCases.ClientCompressedUnaryNoProbeAsync,
        [ClientCompressedStreamingNoProbe] = CompressionCases.ClientCompressedStreamingNoProbeAsync,
    };

    /// <summary>For servers that cannot tell whether a request came compressed.</summary>
    public const string ClientCompressedUnaryNoProbe = "client_compressed_unary_noprobe";

    /// <summary>For servers that cannot tell whether a request came compressed.</summary>
    public const string ClientCompressedStreamingNoProbe = "client_compressed_streaming_noprobe";

    /// <summary>The official cases, in the order of their description.</summary>
    public static IEnumerable<string> Official =>
        Table.Keys.Where(name => !name.EndsWith("_noprobe", StringComparison.Ordinal));

    /// <summary>Whether there is such a case.</summary>
    public static bool Known(string name) => Table.ContainsKey(name);

    /// <summary>Runs one.</summary>
    /// <returns>Null when it has passed; otherwise what it did not see.</returns>
    public static async Task<string?> RunAsync(string name, CaseContext context)
    {
        try
        {
            await Table[name](context).WaitAsync(Patience);
            return null;
        }
        catch (InteropException exception)
        {
            return exception.Message;
        }
        catch (RpcException exception)
        {
            return exception.Status.ToString();
        }
        catch (TimeoutException)
        {
            return $"not done after {Patience.TotalSeconds} s";
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
    }
}
