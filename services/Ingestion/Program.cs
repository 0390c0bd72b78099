using Mesh.Ingestion;
using Mesh.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddIngestion();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<IngestionService>();
await app.RunAsync();
