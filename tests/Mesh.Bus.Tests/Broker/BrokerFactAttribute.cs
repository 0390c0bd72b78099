using Xunit.Abstractions;
using Xunit.Sdk;

namespace Mesh.Bus.Tests.Broker;

/// <summary>
/// A fact of an abstract suite. It is skipped, with the reason, in each concrete class whose <see
/// cref="RequiresVariableAttribute"/> is not met.
/// </summary>
[XunitTestCaseDiscoverer("Mesh.Bus.Tests.Broker.BrokerFactDiscoverer", "Mesh.Bus.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrokerFactAttribute : FactAttribute;

/// <summary>The class's tests need an environment variable.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresVariableAttribute(string name) : Attribute
{
    /// <summary>The variable's name.</summary>
    public string Name { get; } = name;
}

/// <summary>Finds the facts of a suite for one concrete class.</summary>
public sealed class BrokerFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo fact) =>
    [
        new BrokerTestCase(
            diagnostics, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method),
    ];
}

/// <summary>A test of a suite as one concrete class runs it.</summary>
public sealed class BrokerTestCase : XunitTestCase
{
    /// <summary>For deserialization by the test framework.</summary>
    [Obsolete("Called by the test framework only.")]
    public BrokerTestCase()
    {
    }

    /// <summary>A test found by <see cref="BrokerFactDiscoverer"/>.</summary>
    public BrokerTestCase(
        IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(diagnostics, display, options, method)
    {
    }

    /// <inheritdoc/>
    protected override string? GetSkipReason(IAttributeInfo factAttribute)
    {
        IAttributeInfo? requires =
            TestMethod.TestClass.Class.GetCustomAttributes(typeof(RequiresVariableAttribute)).FirstOrDefault();
        string? name = requires?.GetNamedArgument<string>(nameof(RequiresVariableAttribute.Name));
        return name is not null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))
            ? $"{name} is not set"
            : base.GetSkipReason(factAttribute);
    }
}
