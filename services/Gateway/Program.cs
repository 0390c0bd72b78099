using Mesh.Gateway;
using Mesh.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddProcessDefaults();
builder.AddGateway(GatewayOptions.From(builder.Configuration));

WebApplication app = builder.Build();
app.MapGateway();
app.Run();
