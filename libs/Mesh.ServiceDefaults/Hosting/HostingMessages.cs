using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>What the library logs.</summary>
internal static partial class HostingMessages
{
    [LoggerMessage(1, LogLevel.Warning, "The parent process is gone: stopping")]
    public static partial void ParentGone(ILogger logger);
}
