using Mesh.ServiceDefaults;
using Mesh.Leaderboard;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddLeaderboard();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<LeaderboardService>();
await app.RunAsync();
