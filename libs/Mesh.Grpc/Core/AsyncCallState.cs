namespace Grpc.Core;

/// <summary>What every kind of started call can be asked, kept without a closure per question.</summary>
internal readonly struct AsyncCallState
{
    private readonly object _state;
    private readonly object _responseHeaders;
    private readonly Delegate _getStatus;
    private readonly Delegate _getTrailers;
    private readonly Delegate _dispose;

    public AsyncCallState(
        Func<object, Task<Metadata>> responseHeaders,
        Func<object, Status> getStatus,
        Func<object, Metadata> getTrailers,
        Action<object> dispose,
        object state)
    {
        _state = state;
        _responseHeaders = responseHeaders;
        _getStatus = getStatus;
        _getTrailers = getTrailers;
        _dispose = dispose;
    }

    public AsyncCallState(
        Task<Metadata> responseHeaders, Func<Status> getStatus, Func<Metadata> getTrailers, Action dispose)
    {
        _state = dispose;
        _responseHeaders = responseHeaders;
        _getStatus = getStatus;
        _getTrailers = getTrailers;
        _dispose = dispose;
    }

    public Task<Metadata> ResponseHeadersAsync() => _responseHeaders is Func<object, Task<Metadata>> stateful
        ? stateful(_state)
        : (Task<Metadata>)_responseHeaders;

    public Status GetStatus() =>
        _getStatus is Func<object, Status> stateful ? stateful(_state) : ((Func<Status>)_getStatus)();

    public Metadata GetTrailers() =>
        _getTrailers is Func<object, Metadata> stateful ? stateful(_state) : ((Func<Metadata>)_getTrailers)();

    public void Dispose()
    {
        if (_dispose is Action<object> stateful)
        {
            stateful(_state);
        }
        else
        {
            ((Action)_dispose)();
        }
    }
}
