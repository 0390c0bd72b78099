using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus.Client;

/// <summary>Turns what the native client says into log lines.</summary>
internal static class ClientLog
{
    public static void Write(ILogger logger, LogMessage message)
    {
        // The client warns at each start that gapless delivery is experimental: known, and wanted.
        LogLevel level = message.Facility == "CONFWARN" ? LogLevel.Debug : Level(message.Level);
        BusMessages.ClientSaid(logger, level, message.Name, message.Facility, message.Message);
    }

    public static void Write(ILogger logger, string client, Error error) => BusMessages.ClientError(
        logger, error.IsFatal ? LogLevel.Error : LogLevel.Warning, client, error.Code, error.Reason);

    private static LogLevel Level(SyslogLevel level) => level switch
    {
        SyslogLevel.Emergency or SyslogLevel.Alert or SyslogLevel.Critical => LogLevel.Critical,
        SyslogLevel.Error => LogLevel.Error,
        SyslogLevel.Warning => LogLevel.Warning,
        SyslogLevel.Notice or SyslogLevel.Info => LogLevel.Information,
        _ => LogLevel.Debug,
    };
}
