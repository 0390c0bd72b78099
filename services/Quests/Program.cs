using Mesh.Quests;
using Mesh.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddQuests();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<QuestsService>();
await app.RunAsync();
