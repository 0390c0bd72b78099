using Npgsql;
using NpgsqlTypes;

namespace Mesh.EventStore.Machinery;

/// <summary>Parameters of commands, by position.</summary>
internal static class Parameters
{
    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    public static NpgsqlParameter OrNull(Guid? value) =>
        new() { Value = value is { } some ? some : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter OrNull(long? value) =>
        new() { Value = value is { } some ? some : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
