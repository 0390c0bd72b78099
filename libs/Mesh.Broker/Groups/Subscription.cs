using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>The little that the broker reads of what consumers tell their leader.</summary>
internal static class Subscription
{
    /// <summary>Whether it names the topic; true as well for what cannot be read.</summary>
    public static bool Holds(byte[] metadata, string topic)
    {
        try
        {
            WireReader reader = new(metadata);
            reader.Int16();
            int count = Math.Max(0, reader.ArrayLength());
            for (int i = 0; i < count; i++)
            {
                if (reader.String() == topic)
                {
                    return true;
                }
            }

            return false;
        }
        catch (MalformedFrameException)
        {
            return true;
        }
    }
}
