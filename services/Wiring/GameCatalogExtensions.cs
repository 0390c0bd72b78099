using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Wiring;

/// <summary>Adds the reading of the game catalog to a service.</summary>
internal static class GameCatalogExtensions
{
    /// <summary>Adds the reader and its health check, <c>catalog</c>.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="games">Gives what takes each version of a game, on the reader's thread.</param>
    /// <param name="policies">Gives what takes each version of a door policy; null: the service needs none.</param>
    public static void AddGameCatalog(
        this WebApplicationBuilder builder,
        Func<IServiceProvider, Action<byte[]>> games,
        Func<IServiceProvider, Action<byte[]>>? policies = null)
    {
        builder.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<GameCatalogReader>(
            provider, new CatalogHandlers(games(provider), policies?.Invoke(provider))));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GameCatalogReader>());
        builder.Services.AddHealthChecks().AddCheck<GameCatalogReader>("catalog");
    }
}
