using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>Ports of this application that are promised but not bound yet: nobody listens on them, so they look free.</summary>
internal static class PortReservation
{
    private static readonly HashSet<int> Promised = [];

    /// <summary>Keeps fixed ports from being given away before their owners bind them.</summary>
    internal static void Keep(IEnumerable<int> ports)
    {
        lock (Promised)
        {
            Promised.UnionWith(ports);
        }
    }

    internal static int[] Take(int count)
    {
        var taken = new int[count];
        lock (Promised)
        {
            for (var i = 0; i < count; i++)
            {
                do
                {
                    taken[i] = FreePorts.Next();
                }
                while (!Promised.Add(taken[i]));
            }
        }

        return taken;
    }
}
