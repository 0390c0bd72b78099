using Mesh.Broker.Tests.Matrix;

namespace Mesh.Broker.Tests.Clients;

/// <summary>Other people's programs, as far as every run can afford them; the matrix has the rest.</summary>
public abstract partial class ClientTests
{
    [KcatFact]
    public async Task Kcat_WithEachCodec_ReadsWhatItWrote_AndTheCodecIsStored() =>
        await Task.WhenAll(KcatChecks.Codecs.Select(codec => KcatChecks.CodecAsync(Servers, codec)));

    [KcatFact]
    public async Task Kcat_InAGroup_GoesOnWhereItEnded() => await KcatChecks.GroupAsync(Servers);

    [KafkajsFact]
    public async Task Kafkajs_InAGroupOfTwo_HandlesEachRecordOnce()
    {
        string seen = await KafkajsFiles.RunAsync(Servers, NewTopic(), NewTopic());
        Assert.Equal("{\"records\":500,\"committed\":500}", seen.Trim());
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class KcatFactAttribute : FactAttribute
    {
        public KcatFactAttribute()
        {
            Skip = KcatChecks.Missing;
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class KafkajsFactAttribute : FactAttribute
    {
        public KafkajsFactAttribute()
        {
            Skip = KafkajsFiles.Missing;
        }
    }
}
