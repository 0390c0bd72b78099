using Mesh.ServiceDefaults;
using Mesh.Rewards;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRewards();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<RewardsService>();
await app.RunAsync();
