using Mesh.Bus;
using Mesh.Contracts;
using Mesh.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Wiring;

/// <summary>Guards the topics that a service writes, also while those that read them are dead.</summary>
internal static class RetentionGuarding
{
    private const string Setting = "Mesh:RetentionGuard";

    /// <summary>Adds the guard, unless <c>Mesh__RetentionGuard=false</c>.</summary>
    public static void AddRetentionGuard(this WebApplicationBuilder builder, ServiceOptions options)
    {
        string wanted = builder.Configuration[Setting] ?? bool.TrueString;
        if (!bool.TryParse(wanted, out bool on))
        {
            throw new SettingException($"Setting Mesh__RetentionGuard must be true or false, not '{wanted}'.");
        }

        if (on)
        {
            builder.Services.AddHostedService(provider =>
                ActivatorUtilities.CreateInstance<RetentionGuardService>(provider, options));
        }
    }

    private sealed class RetentionGuardService(ServiceOptions options, ILogger<RetentionGuard> logger)
        : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            RetentionGuardOptions guarded = new()
            {
                Bus = options.Bus with { ClientId = $"{options.Name}-guard" },
                Topics =
                [
                    .. TopicCatalog.All
                        .Where(topic => topic.WrittenBy == options.Name)
                        .Select(topic => new GuardedTopic(topic.Definition, topic.ReadBy)),
                ],
            };
            using RetentionGuard guard = new(guarded, logger);
            await guard.RunAsync(stoppingToken);
        }
    }
}
