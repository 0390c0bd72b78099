using Mesh.AppModel;

const string Service = "../SampleService/SampleService.csproj";

var builder = DistributedApplication.CreateBuilder(args);
var things = builder.AddPostgres("postgres").AddDatabase("things");
var kafka = builder.AddKafka("kafka")
    .RunAsProject(Service, broker => ["broker", "--listen", broker.ConnectionString, "--data", broker.DataDirectory]);

var alpha = builder.AddProject("alpha", Service).WithReference(things).WithReference(kafka)
    .WithEnvironment("SAMPLE_HTTP2", "1").WithReplicas(2)
    .WaitFor(things).WaitFor(kafka);
var beta = builder.AddProject("beta", Service).WithReference(alpha)
    .WithEnvironment("SAMPLE_BROKEN", Environment.GetEnvironmentVariable("BREAK_BETA") ?? "")
    .WithEnvironment("SAMPLE_BROKEN_WHILE", Environment.GetEnvironmentVariable("BREAK_BETA_WHILE") ?? "")
    .WaitFor(alpha);
alpha.WithReference(alpha).WithReference(beta);
builder.AddProject("gate", Service).WithReference(alpha).WithReference(beta)
    .WithHttpEndpoint(port: builder.PortBase, name: "grpc")
    .WithHttpEndpoint(port: builder.PortBase + 80, name: "web")
    .WithExternalHttpEndpoints()
    .WithEnvironment("GREETING", "hello").WithArgs("--colour", "red")
    .WaitFor(alpha).WaitFor(beta);

return await builder.Build().RunAsync();
