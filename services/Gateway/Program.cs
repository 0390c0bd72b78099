using Mesh.Gateway;
using Mesh.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGateway(GatewayOptions.From(builder.Configuration));

WebApplication app = builder.Build();
app.MapGateway();
app.Run();
