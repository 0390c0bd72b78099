namespace Mesh.Cli;

/// <summary>A failure that one line tells a person: it is printed on standard error and the exit code is 1.</summary>
internal sealed class CliException(string message) : Exception(message);
