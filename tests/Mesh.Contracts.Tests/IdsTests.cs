using System.Security.Cryptography;
using System.Text;

namespace Mesh.Contracts.Tests;

public sealed class IdsTests
{
    [Fact]
    public void SlowImplementation_VectorOfRfc9562_IsReproduced() =>
        // Appendix A.4: version 5 in the DNS namespace.
        Assert.Equal(
            Guid.Parse("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
            Slow(Guid.Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), Encoding.UTF8.GetBytes("www.example.com")));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(300)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    public void Make_FieldOfAnyLength_IsPrefixedByItsLengthAsVarint(int length)
    {
        string field = new('a', length);
        Assert.Equal(Slow(Ids.RewardNamespace, Prefixed(field, "tail")), Ids.Make(Ids.RewardNamespace, field, "tail"));
    }

    [Fact]
    public void Make_LengthCountsBytesNotCharacters()
    {
        string field = new('é', 100);
        Assert.Equal(Slow(Ids.SessionNamespace, Prefixed(field)), Ids.Make(Ids.SessionNamespace, field));
    }

    [Fact]
    public void Rules_Recomputed_AreTheSame()
    {
        Guid reward = Ids.Reward("t", "g", "q", "p/1", "venue/11711", "1", "r");
        Assert.Equal(Slow(Ids.RewardNamespace, Prefixed("t", "g", "q", "p/1", "venue/11711", "1", "r")), reward);
        Assert.Equal(
            Slow(Ids.ReversalNamespace, Prefixed(reward.ToString("D"), "reverse")), Ids.Reversal(reward));
        Assert.Equal(Slow(Ids.SessionNamespace, Prefixed("t", "g", "1", "-5")), Ids.Session("t", "g", "1", -5));
        Assert.Equal(Slow(Ids.ReplayNamespace, Prefixed("00ff", "7", "1~2")), Ids.ReplayedAction("00ff", 7, "1~2"));
    }

    [Fact]
    public void Make_FieldsThatJoinAlike_Differ()
    {
        Assert.NotEqual(Ids.Make(Ids.RewardNamespace, "ab", "c"), Ids.Make(Ids.RewardNamespace, "a", "bc"));
        Assert.NotEqual(Ids.Make(Ids.RewardNamespace, "a"), Ids.Make(Ids.RewardNamespace, "a", ""));
    }

    [Fact]
    public void Make_AnyName_IsAUuidOfVersion5()
    {
        Guid id = Ids.Make(Ids.RewardNamespace, "x");
        Assert.Equal(5, id.Version);
        Assert.Equal(0x80, Ids.ToBytes(id)[8] & 0xc0);
    }

    [Fact]
    public void Bytes_RoundTrip_AreInNetworkOrder()
    {
        Guid id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Assert.Equal("00112233445566778899AABBCCDDEEFF", Convert.ToHexString(Ids.ToBytes(id)));
        Assert.Equal(id, Ids.FromBytes(Ids.ToBytes(id)));
        Assert.Throws<ArgumentException>(() => Ids.FromBytes([1, 2, 3]));
    }

    [Fact]
    public void Namespaces_AreDistinctVersion5()
    {
        Guid[] all = [Ids.RewardNamespace, Ids.ReversalNamespace, Ids.SessionNamespace, Ids.ReplayNamespace];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, id => Assert.Equal(5, id.Version));
    }

    // RFC 9562 §5.5 read aloud, on hexadecimal text.
    private static Guid Slow(Guid space, byte[] name)
    {
        byte[] hashed = [.. Convert.FromHexString(space.ToString("N")), .. name];
#pragma warning disable CA5350 // The RFC says SHA-1.
        char[] hex = Convert.ToHexString(SHA1.HashData(hashed))[..32].ToCharArray();
#pragma warning restore CA5350
        hex[12] = '5';
        hex[16] = "89AB"[Convert.ToInt32(hex[16].ToString(), 16) % 4];
        return Guid.Parse(new string(hex));
    }

    private static byte[] Prefixed(params string[] fields)
    {
        List<byte> name = [];
        foreach (string field in fields)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(field);
            int rest = bytes.Length;
            while (rest >= 128)
            {
                name.Add((byte)((rest % 128) + 128));
                rest /= 128;
            }

            name.Add((byte)rest);
            name.AddRange(bytes);
        }

        return [.. name];
    }
}
