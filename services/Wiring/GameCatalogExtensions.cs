using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Wiring;

/// <summary>Adds the reading of the game catalog to a service.</summary>
internal static class GameCatalogExtensions
{
    /// <summary>Adds the reader and its health check, <c>catalog</c>.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="apply">Gives what takes each record, on the reader's thread.</param>
    public static void AddGameCatalog(this WebApplicationBuilder builder, Func<IServiceProvider, Action<byte[]>> apply)
    {
        builder.Services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<GameCatalogReader>(provider, apply(provider)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GameCatalogReader>());
        builder.Services.AddHealthChecks().AddCheck<GameCatalogReader>("catalog");
    }
}
