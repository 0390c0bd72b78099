using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Wiring;

/// <summary>Adds the reading of the game catalog to a service.</summary>
internal static class GameCatalogExtensions
{
    /// <summary>Adds the reader and its health check, <c>catalog</c>.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="handlers">Gives what takes what is read.</param>
    /// <param name="unread">How well the service is before all is read.</param>
    public static void AddGameCatalog(
        this WebApplicationBuilder builder,
        Func<IServiceProvider, CatalogHandlers> handlers,
        HealthStatus unread = HealthStatus.Unhealthy)
    {
        builder.Services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<GameCatalogReader>(provider, handlers(provider)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GameCatalogReader>());
        builder.Services.AddHealthChecks().AddCheck<GameCatalogReader>("catalog", unread);
    }
}
