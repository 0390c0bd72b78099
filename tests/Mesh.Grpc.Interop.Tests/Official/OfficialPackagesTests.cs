using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Official;

/// <summary>
/// <c>-p:OfficialPackages=true</c> takes the official packages for what comes by an unusual way, and nothing else
/// changes. Whether they restore is the registry's affair; that the projects ask for them is asserted here.
/// </summary>
public sealed partial class OfficialPackagesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly string[] Grpc =
        ["Grpc.AspNetCore", "Grpc.AspNetCore.HealthChecks", "Grpc.AspNetCore.Server.Reflection", "Grpc.Net.Client"];

    // The library itself, and the tests of what is inside it: they are for it alone, whatever the others refer to.
    private static readonly string[] OfTheLibrary = ["Mesh.Grpc", "Mesh.Grpc.Tests"];

    private static readonly Dictionary<string, string[]> Wanted = new(StringComparer.Ordinal)
    {
        ["UsesGrpc"] = Grpc,
        ["UsesKafkaClient"] = ["Confluent.Kafka"],
        ["UsesYarp"] = ["Yarp.ReverseProxy"],
    };

    private static readonly (string Path, string Text)[] Projects =
    [
        .. from folder in (string[])["services", "libs", "tests", "cli", "AppHost", "bench", "protos"]
           from path in Directory.EnumerateFiles(
               Path.Combine(Peer.Root, folder), "*.csproj", SearchOption.AllDirectories)
           where !OfTheLibrary.Contains(Path.GetFileNameWithoutExtension(path))
           select (path, File.ReadAllText(path)),
    ];

    [Fact]
    public void Projects_ReferToWhatComesByAnUnusualWay_OnlyByItsProperty() => Assert.All(Projects, project =>
        Assert.DoesNotMatch(DirectReference(), project.Text));

    [Fact]
    public async Task Projects_WithOfficialPackages_ReferToThemAndToNoneOfOurs()
    {
        var users = Projects.Where(p => Wanted.Keys.Any(uses => p.Text.Contains($"<{uses}>true<"))).ToArray();
        Assert.All(Wanted.Keys, uses => Assert.Contains(users, p => p.Text.Contains(uses, StringComparison.Ordinal)));
        var references = await ReferencesAsync([.. users.Select(p => p.Path)]);
        foreach (var (path, text) in users)
        {
            var own = references[path].ToLookup(r => r.Kind, r => r.Name);
            var wanted = Wanted.Where(w => text.Contains($"<{w.Key}>true<")).SelectMany(w => w.Value).ToArray();
            Assert.Empty(wanted.Except(own["package"]));
            Assert.Empty(own["package"].Except(own["version"]));
            Assert.DoesNotContain("Mesh.Grpc", own["project"]);
            Assert.Empty(own["file"].Intersect(Wanted.Values.SelectMany(w => w)));
            Assert.Empty(own["download"].Intersect(Wanted.Values.SelectMany(w => w)));
        }
    }

    private static async Task<ILookup<string, (string Kind, string Name)>> ReferencesAsync(string[] projects)
    {
        var targets = Path.Combine(
            Peer.Root, "tests", "Mesh.Grpc.Interop.Tests", "Official", "references.targets");
        var start = new ProcessStartInfo(
            "dotnet", ["msbuild", targets, "-t:SayAll", "-nologo", "-nodeReuse:false", "-v:m", "-tl:off"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["Asked"] = string.Join(';', projects);
        // The test host's own settings of MSBuild and the SDK are not those of a command line.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.Ordinal)))
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        return output.Split('\n').Select(line => line.Trim().Split('|')).Where(part => part is ["ref", _, _, _])
            .ToLookup(part => part[1], part => (part[2], part[3]));
    }

    [GeneratedRegex(
        "Mesh\\.Grpc\\.csproj|(Package\\w+|Reference) Include=\"[^\"]*(Confluent|Yarp|Grpc\\.(AspNet|Net))")]
    private static partial Regex DirectReference();
}
