namespace Mesh.Bench;

/// <summary>What a person must know to go on; printed without a stack trace.</summary>
internal sealed class BenchException(string message) : Exception(message);
