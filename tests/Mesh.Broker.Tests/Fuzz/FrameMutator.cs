using System.Buffers.Binary;

namespace Mesh.Broker.Tests.Fuzz;

/// <summary>Damages frames in the ways in which they go wrong; the same seed damages the same way.</summary>
internal sealed class FrameMutator(byte[][] corpus, int seed)
{
    private static readonly int[] Extremes = [0, -1, 1, int.MaxValue, int.MinValue, 0x7FFF, 65_536, 16_000_000];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        byte[] frame = [.. corpus[_random.Next(corpus.Length)]];
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            frame = Damage(frame);
        }

        // Most frames claim their true length, so that what is inside is read, and not only waited for.
        if (frame.Length >= 4 && _random.Next(10) > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        }

        return frame;
    }

    private byte[] Damage(byte[] frame)
    {
        if (frame.Length < 13)
        {
            return [.. frame, .. Noise(_random.Next(1, 20))];
        }

        // The header's key and version stay more often than not: else nothing gets behind it.
        int at = _random.Next(_random.Next(5) == 0 ? 0 : 12, frame.Length);
        switch (_random.Next(7))
        {
            case 0:
                frame[at] ^= (byte)(1 << _random.Next(8));
                return frame;
            case 1:
                frame[at] = (byte)_random.Next(256);
                return frame;
            case 2:
                return frame[..at];
            case 3:
                return [.. frame[..at], .. Noise(_random.Next(1, 40)), .. frame[at..]];
            case 4:
                return [.. frame[..at], .. frame[Math.Min(frame.Length, at + _random.Next(1, 20))..]];
            case 5 when at + 4 <= frame.Length:
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(at), Extremes[_random.Next(Extremes.Length)]);
                return frame;
            default:
                byte[] other = corpus[_random.Next(corpus.Length)];
                return [.. frame[..at], .. other[_random.Next(other.Length)..]];
        }
    }

    private byte[] Noise(int count)
    {
        byte[] noise = new byte[count];
        _random.NextBytes(noise);
        return noise;
    }
}
