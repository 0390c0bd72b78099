namespace Grpc.Core;

/// <summary>The result of a call. Source: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The call was cancelled, typically by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error of unknown kind, such as an exception that the handler did not expect.</summary>
    Unknown = 2,

    /// <summary>The request is wrong, whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call completed; it may have taken effect all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a limit or a store is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of the system must be changed first; a retry alone does not help.</summary>
    FailedPrecondition = 9,

    /// <summary>A conflict with another call; retry the whole transaction.</summary>
    Aborted = 10,

    /// <summary>Past the end of the valid range, which may grow.</summary>
    OutOfRange = 11,

    /// <summary>The server does not have this method.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold does not; the protocol was broken.</summary>
    Internal = 13,

    /// <summary>The server is away for the moment; retry with a back-off.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or damaged beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say who it is, or not credibly.</summary>
    Unauthenticated = 16,
}
