using Mesh.AppModel.Hosting;
using Mesh.Provisioning;

namespace Mesh.AppModel.Tests;

public sealed class PreflightTests
{
    [Fact]
    public async Task Check_OfProjectsThatWaitForEachOther_NamesTheCircle()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var first = builder.AddProject("first", "first.csproj");
        var second = builder.AddProject("second", "second.csproj").WaitFor(first);
        first.WaitFor(second);

        Assert.Contains("first → second → first", await ProblemAsync(first, second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfTwoResourcesWithOneName_NamesIt()
    {
        var builder = DistributedApplication.CreateBuilder([]);

        Assert.Contains(
            "called twin",
            await ProblemAsync(builder.AddProject("twin", "a.csproj"), builder.AddProject("twin", "b.csproj")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfReplicasOfNoProject_NamesIt()
    {
        var builder = DistributedApplication.CreateBuilder(["--replicas", "nobody=2"]);

        Assert.Contains("nobody", await ProblemAsync(builder.AddProject("a", "a.csproj")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfAProjectThatIsNotBuilt_SaysHowToBuildIt()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var folder = Directory.CreateTempSubdirectory("mesh-appmodel-");
        var project = Path.Combine(folder.FullName, "Lonely.csproj");
        await File.WriteAllTextAsync(project, "<Project />");
        try
        {
            Assert.Contains(
                $"dotnet build -c {SampleState.Configuration} {folder.FullName}",
                await ProblemAsync(builder.AddProject("lonely", project)),
                StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Endpoints_OfReplicasOnOneFixedPort_AreRefused()
    {
        var project = DistributedApplication.CreateBuilder([]).AddProject("a", "a.csproj")
            .WithReplicas(2).WithHttpEndpoint(port: 9999);

        Assert.Throws<ProvisioningException>(() => project.Resource.Endpoints);
    }

    [Theory]
    [InlineData(true, "/usr/bin/dotnet", "run", "--project", "AppHost")]
    [InlineData(true, "dotnet", "watch", "run")]
    [InlineData(false, "dotnet", "AppHost.dll")]
    [InlineData(false, "bash", "run")]
    public void ParentWatch_OfACommandLine_KnowsDotnetRun(bool expected, params string[] command) =>
        Assert.Equal(expected, ParentWatch.IsDotnetRun(command));

    private static async Task<string> ProblemAsync(params IResourceBuilder<ProjectResource>[] projects)
    {
        var options = projects[0].ApplicationBuilder.Options;
        var location = HostLocation.Find(AppContext.BaseDirectory);
        var error = await Assert.ThrowsAsync<ProvisioningException>(() => Preflight.CheckAsync(
            [.. projects.Select(project => project.Resource)], options, location, TextWriter.Null, CancellationToken.None));
        return error.Message;
    }
}
