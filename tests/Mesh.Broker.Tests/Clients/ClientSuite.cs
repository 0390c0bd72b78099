using System.Reflection;

namespace Mesh.Broker.Tests.Clients;

/// <summary>The client suite as a list, to be run against any broker.</summary>
internal static class ClientSuite
{
    /// <summary>Every fact, and every theory with each of its arguments, that can be tried here.</summary>
    public static IEnumerable<Case> Cases => typeof(ClientTests).GetMethods()
        .Where(m => m.GetCustomAttribute<FactAttribute>() is { Skip: null })
        .SelectMany(method => method.GetParameters().Length == 0
            ? [new Case(method, [])]
            : method.GetCustomAttributes<InlineDataAttribute>()
                .SelectMany(d => d.GetData(method)).Select(arguments => new Case(method, arguments)));

    /// <summary>One of them.</summary>
    internal sealed record Case(MethodInfo Method, object?[] Arguments)
    {
        public string Name => Arguments.Length == 0 ? Method.Name : $"{Method.Name}({string.Join(", ", Arguments)})";

        public Task RunAsync(string servers) => (Task)Method.Invoke(new Suite(servers), Arguments)!;
    }

    private sealed class Suite(string servers) : ClientTests
    {
        protected override string Servers => servers;
    }
}
