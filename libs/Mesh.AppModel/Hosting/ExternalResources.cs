namespace Mesh.AppModel.Hosting;

/// <summary>Resources that run elsewhere, named in our own environment.</summary>
internal static class ExternalResources
{
    /// <summary>The value of <c>ConnectionStrings__NAME</c>, or null when it is absent or empty.</summary>
    internal static string? ConnectionString(string name)
    {
        var value = Environment.GetEnvironmentVariable($"ConnectionStrings__{name}");
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }
}
