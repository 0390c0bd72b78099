namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What the writer of responses knows of the requests of the same call.</summary>
internal interface IRequestBacklog
{
    /// <summary>Whether a further request is there already. A hint: it may be out of date.</summary>
    bool HasMore { get; }

    /// <summary>Set once: who is told before a reader begins to wait.</summary>
    IDeferredFlush? BeforeWait { get; set; }
}
