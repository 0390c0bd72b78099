namespace Mesh.Broker.Tests.Clients;

/// <summary>A fact of the suite that runs against every broker.</summary>
public sealed class KafkaFactAttribute : FactAttribute;

/// <summary>The same, with data.</summary>
public sealed class KafkaTheoryAttribute : TheoryAttribute;
