namespace Mesh.Provisioning;

/// <summary>
/// Something this machine lacks or something that did not start. The message is written for the person at the terminal:
/// its first line says what is wrong and what to do, so that it can be printed as it is, without a stack trace.
/// </summary>
public class ProvisioningException : Exception
{
    /// <summary>Creates the exception with the text to print.</summary>
    public ProvisioningException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the text to print and what caused it.</summary>
    public ProvisioningException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>
/// A system package or program is missing and could not be installed from here. The message holds the one command to
/// run.
/// </summary>
public sealed class MissingPrerequisiteException : ProvisioningException
{
    /// <summary>Creates the exception: what is missing, and the command that provides it.</summary>
    public MissingPrerequisiteException(string what, string command)
        : base($"{what}. Run: {command}") =>
        Command = command;

    /// <summary>The shell command that installs what is missing.</summary>
    public string Command { get; }
}
