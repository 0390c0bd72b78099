namespace Grpc.Net.Client.Configuration;

/// <summary>What holds for some methods.</summary>
public sealed class MethodConfig
{
    /// <summary>The methods. Of several configurations the one with the most exact name holds.</summary>
    public IList<MethodName> Names { get; } = [];

    /// <summary>How failed calls are tried again; null for not at all.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>How calls are sent several times at once. Not supported: a channel that is given one refuses it.
    /// </summary>
    public HedgingPolicy? HedgingPolicy { get; set; }
}
