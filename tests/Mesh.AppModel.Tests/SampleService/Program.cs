using Microsoft.AspNetCore.Server.Kestrel.Core;
using SampleService;

if (args is ["broker", ..])
{
    await SampleBroker.RunAsync(args);
    return;
}

if (Environment.GetEnvironmentVariable("SAMPLE_BROKEN") == "1"
    || File.Exists(Environment.GetEnvironmentVariable("SAMPLE_BROKEN_WHILE")))
{
    Console.Error.WriteLine("the sample is broken on purpose");
    Environment.Exit(3);
}

var builder = WebApplication.CreateSlimBuilder(args);
if (Environment.GetEnvironmentVariable("SAMPLE_HTTP2") == "1")
{
    builder.WebHost.ConfigureKestrel(kestrel =>
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
}

var app = builder.Build();
app.MapGet("/health", () => "healthy");
app.MapGet("/env", () => Environment.GetEnvironmentVariables()
    .Cast<System.Collections.DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value));
ParentPipe.StopWith(app.Lifetime);
app.Run();
