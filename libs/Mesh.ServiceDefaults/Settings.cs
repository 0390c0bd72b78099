using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Mesh.ServiceDefaults;

/// <summary>A setting is missing or wrong; the message names it.</summary>
public sealed class SettingException(string message) : Exception(message);

/// <summary>Reads settings, and names the one that is missing.</summary>
public static class Settings
{
    /// <summary>A connection string, <c>ConnectionStrings__name</c> in the environment.</summary>
    /// <exception cref="SettingException">It is missing.</exception>
    public static string RequiredConnectionString(this IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } value
            ? value
            : throw new SettingException($"Setting ConnectionStrings__{name} is missing.");

    /// <summary>A whole number from 1, <c>Mesh__NAME</c> in the environment; the usual one when not set.</summary>
    /// <exception cref="SettingException">It is no such number.</exception>
    public static int NumberSetting(this IConfiguration configuration, string name, int usual, int most)
    {
        string? value = configuration[$"Mesh:{name}"];
        return value is null or "" ? usual
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number >= 1 && number <= most
                ? number
                : throw new SettingException($"Setting Mesh__{name} must be from 1 to {most}, not '{value}'.");
    }

    /// <summary>
    /// Where another service is: its first address, <c>services__name__http__0</c> in the environment.
    /// </summary>
    /// <exception cref="SettingException">It is missing or is not an address.</exception>
    public static Uri RequiredServiceAddress(this IConfiguration configuration, string name)
    {
        string setting = $"services__{name}__http__0";
        string? value = configuration[$"services:{name}:http:0"];
        return value is null or "" ? throw new SettingException($"Setting {setting} is missing.")
            : Uri.TryCreate(value, UriKind.Absolute, out Uri? address) ? address
            : throw new SettingException($"Setting {setting} is not an address: '{value}'.");
    }
}
