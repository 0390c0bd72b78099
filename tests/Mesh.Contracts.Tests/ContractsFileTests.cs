namespace Mesh.Contracts.Tests;

public sealed class ContractsFileTests
{
    private const string Update = "MESH_UPDATE_CONTRACTS";

    [Fact]
    public void ContractsFile_ComparedWithTheCompiledContracts_IsTheSame()
    {
        string path = Path.Combine(RepositoryRoot(), "protos", "CONTRACTS.txt");
        string wanted = ContractsDocument.Write();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(path, wanted);
        }

        string[] found = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n') : [];
        string[] lines = wanted.Split('\n');
        int differs = Enumerable.Range(0, Math.Max(found.Length, lines.Length))
            .FirstOrDefault(i => found.ElementAtOrDefault(i) != lines.ElementAtOrDefault(i), -1);
        Assert.True(
            differs < 0,
            $"protos/CONTRACTS.txt:{differs + 1} says '{found.ElementAtOrDefault(differs)}', the code says "
            + $"'{lines.ElementAtOrDefault(differs)}'. When the change is meant, renew the file and review it: "
            + $"{Update}=1 dotnet test tests/Mesh.Contracts.Tests");
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No Mesh.sln above the tests.");
    }
}
