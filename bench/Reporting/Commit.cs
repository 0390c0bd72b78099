using Mesh.Provisioning;

namespace Mesh.Bench.Reporting;

/// <summary>What was measured.</summary>
/// <param name="Id">The commit; "unknown" outside a git repository.</param>
/// <param name="Dirty">Whether files differ from it.</param>
internal sealed record Commit(string Id, bool Dirty)
{
    internal static async Task<Commit> OfAsync(string root)
    {
        List<string>? head = await GitAsync(root, "rev-parse", "HEAD");
        List<string>? status = await GitAsync(root, "status", "--porcelain");
        return head is [{ } id] ? new Commit(id, status is not { Count: 0 }) : new Commit("unknown", true);
    }

    private static async Task<List<string>?> GitAsync(string root, params string[] arguments)
    {
        List<string> lines = [];
        try
        {
            await using ChildProcess git = ChildProcess.Start(new ChildProcessOptions
            {
                FileName = "git",
                Arguments = ["-C", root, .. arguments],
                OnOutput = lines.Add,
            });
            return await git.Exited == 0 ? lines : null;
        }
        catch (ProvisioningException)
        {
            // No git here: the figures say so.
            return null;
        }
    }
}
