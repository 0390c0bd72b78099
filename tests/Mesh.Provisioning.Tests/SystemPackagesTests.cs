namespace Mesh.Provisioning.Tests;

public sealed class SystemPackagesTests
{
    [Fact]
    public async Task Ensure_OnAMachineThatHasThem_InstallsNothing()
    {
        var progress = new List<string>();

        await SystemPackages.EnsureAsync(SystemPackage.All, progress.Add);

        Assert.Equal(default, SystemPackages.Missing());
        Assert.Empty(progress);
    }
}
