using System.Net;
using System.Net.Sockets;

namespace Mesh.Provisioning.Tests;

public sealed class FreePortsTests
{
    [Fact]
    public void FirstTaken_WithAListenerInTheBlock_NamesItsPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Equal(taken, FreePorts.FirstTaken([FreePorts.Next(), taken, FreePorts.Next()]));
        listener.Stop();
        Assert.Null(FreePorts.FirstTaken([taken]));
    }

    [Fact]
    public void Next_AskedForSeveral_GivesDifferentOnes() =>
        Assert.Equal(20, FreePorts.Next(20).Distinct().Count());
}
