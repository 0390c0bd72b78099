using Mesh.ServiceDefaults;
using Mesh.Sessions;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddSessions();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<SessionsService>();
await app.RunAsync();
