using Mesh.Cli;
using Mesh.Cli.Connection;

namespace Cli.Tests;

public sealed class RunFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-cli-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Find_InTheDirectory_ReadsIt()
    {
        Write(_root, """{"host":1,"gateway":"http://127.0.0.1:9000","broker":"127.0.0.1:9092","processes":[]}""");

        RunFile? run = RunFile.Find(_root);

        Assert.Equal("http://127.0.0.1:9000", run?.Gateway);
        Assert.Equal("127.0.0.1:9092", Places.Broker(null, run));
    }

    [Fact]
    public void Find_BelowTheRepositorysRoot_ReadsTheOneAbove()
    {
        Directory.CreateDirectory(Path.Combine(_root, ".git"));
        Write(_root, """{"gateway":"http://127.0.0.1:9000"}""");
        string below = Directory.CreateDirectory(Path.Combine(_root, "a", "b")).FullName;

        Assert.Equal("http://127.0.0.1:9000", RunFile.Find(below)?.Gateway);
    }

    [Fact]
    public void Find_AboveTheRepositorysRoot_FindsNothing()
    {
        Write(_root, """{"gateway":"http://127.0.0.1:9000"}""");
        string repository = Directory.CreateDirectory(Path.Combine(_root, "repository")).FullName;
        File.WriteAllText(Path.Combine(repository, "Mesh.sln"), "");

        Assert.Null(RunFile.Find(Directory.CreateDirectory(Path.Combine(repository, "src")).FullName));
    }

    [Fact]
    public void Find_AFileThatIsNotJson_NamesIt()
    {
        Write(_root, "{");

        CliException failure = Assert.Throws<CliException>(() => RunFile.Find(_root));

        Assert.Contains("run.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Places_GivenRunFileAndNeither_AreTakenInThatOrder()
    {
        RunFile run = new() { Gateway = "http://127.0.0.1:9000" };

        Assert.Equal(7000, Places.Gateway("http://127.0.0.1:7000", run).Port);
        Assert.Equal(9000, Places.Gateway(null, run).Port);
        Assert.Equal(8400, Places.Gateway(null, null).Port);
        Assert.Equal("127.0.0.1:8492", Places.Broker(null, run));
        Assert.Throws<CliException>(() => Places.Gateway("nowhere", null));
    }

    private static void Write(string directory, string json)
    {
        string mesh = Directory.CreateDirectory(Path.Combine(directory, ".mesh")).FullName;
        File.WriteAllText(Path.Combine(mesh, "run.json"), json);
    }
}
