using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>IncrementalAlterConfigs, 0–1: sets, deletes, appends or subtracts a topic's configurations.</summary>
internal static class IncrementalAlterConfigsApi
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    public static readonly ApiSpec Spec = new(ApiKey.IncrementalAlterConfigs, 0, 1, 1, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        List<(sbyte Type, string Name, List<Operation> Operations)> wanted = [];
        for (int i = 0; i < count; i++)
        {
            sbyte type = request.Int8();
            string name = request.String();
            List<Operation> operations = [];
            int entries = Math.Max(0, request.ArrayLength());
            for (int e = 0; e < entries; e++)
            {
                operations.Add(new Operation(request.String(), request.Int8(), request.NullableString()));
                request.Tags();
            }

            request.Tags();
            wanted.Add((type, name, operations));
        }

        bool validateOnly = request.Bool();
        response.Int32(0);
        response.ArrayLength(count);
        foreach ((sbyte type, string name, List<Operation> operations) in wanted)
        {
            string? refusal = operations.Select(Refusal).FirstOrDefault(r => r is not null);
            ErrorCode error = ConfigChange.Apply(
                call.Broker, type, name, refusal, validateOnly, now => Apply(now, operations));
            ConfigChange.Write(response, type, name, error, refusal);
        }

        response.Tags();
        return true;
    }

    private static string? Refusal(Operation operation) => operation switch
    {
        { Kind: Delete } => TopicConfigs.Known.ContainsKey(operation.Name)
            ? null
            : $"Unknown topic config name: {operation.Name}",
        { Kind: Append or Subtract } when TopicConfigs.Known.TryGetValue(operation.Name, out var known)
            && known.Type != ConfigType.List => $"{operation.Name} is no list",
        { Kind: < Set or > Subtract } => "Unknown operation",
        _ => TopicConfigs.Refusal(operation.Name, operation.Value),
    };

    private static SortedDictionary<string, string> Apply(
        IReadOnlyDictionary<string, string> now, List<Operation> operations)
    {
        SortedDictionary<string, string> next = new(new Dictionary<string, string>(now), StringComparer.Ordinal);
        foreach (Operation operation in operations)
        {
            string[] listed = TopicConfigs.Text(next, operation.Name).Split(',', StringSplitOptions.RemoveEmptyEntries);
            string[] given = (operation.Value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
            switch (operation.Kind)
            {
                case Set:
                    next[operation.Name] = operation.Value ?? "";
                    break;
                case Delete:
                    next.Remove(operation.Name);
                    break;
                case Append:
                    next[operation.Name] = string.Join(',', listed.Union(given));
                    break;
                default:
                    next[operation.Name] = string.Join(',', listed.Except(given));
                    break;
            }
        }

        return next;
    }

    private sealed record Operation(string Name, sbyte Kind, string? Value);
}
