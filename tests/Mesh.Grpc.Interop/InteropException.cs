namespace Mesh.Grpc.Interop;

/// <summary>A case did not see what its description asserts, or the program was not called as it must be.</summary>
/// <param name="message">What was expected and what came.</param>
internal sealed class InteropException(string message) : Exception(message);
