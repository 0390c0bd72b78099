using Mesh.Broker.Wire;

namespace Mesh.Broker.Server;

/// <summary>What has happened since the start, counted by every connection.</summary>
internal sealed class BrokerCounters
{
    private readonly long[] _requests = new long[ApiTable.All.Max(a => (int)a.Key) + 1];
    private long _receivedBytes;
    private long _sentBytes;
    private long _accepted;
    private long _refused;
    private long _malformed;
    private long _failed;

    public long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    public long SentBytes => Interlocked.Read(ref _sentBytes);

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Connections closed for bytes that are no request.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Connections closed for a defect of the broker's.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public long RequestsOf(ApiKey api) => Interlocked.Read(ref _requests[(int)api]);

    public void Request(ApiKey api) => Interlocked.Increment(ref _requests[(int)api]);

    public void Received(int bytes) => Interlocked.Add(ref _receivedBytes, bytes);

    public void Sent(long bytes) => Interlocked.Add(ref _sentBytes, bytes);

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void CloseMalformed() => Interlocked.Increment(ref _malformed);

    public void CloseFailed() => Interlocked.Increment(ref _failed);
}
