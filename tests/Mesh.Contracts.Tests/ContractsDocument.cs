using System.Globalization;
using System.Reflection;
using System.Text;
using Google.Protobuf.Reflection;

namespace Mesh.Contracts.Tests;

/// <summary>
/// Writes down all that services have agreed upon, from the compiled contracts, so that a change shows in review.
/// </summary>
internal sealed class ContractsDocument
{
    // A spec does not say its key as data: who adds a topic says it here.
    private static readonly Dictionary<string, string> TopicKeys = new()
    {
        [TopicCatalog.ActionsP0.Name] = Placement.Player("tenant", "player"),
        [TopicCatalog.ActionsP1.Name] = Placement.Player("tenant", "player"),
        [TopicCatalog.ActionsP2.Name] = Placement.Player("tenant", "player"),
        [TopicCatalog.QuestCatalog.Name] =
            $"{CatalogKeys.Game("tenant", "game", 1)}, placed by {Placement.Game("tenant", "game")}; "
            + $"{EventNames.DoorPolicyPublished}: {CatalogKeys.DoorPolicy("tenant", 2)}, "
            + $"placed by {Placement.Door("tenant")}",
        [TopicCatalog.QuestTransitions.Name] = "who earns: " + Placement.Player("tenant", "player"),
        [TopicCatalog.RewardIssued.Name] = Placement.Player("tenant", "player"),
        [TopicCatalog.SessionLifecycle.Name] = Placement.Player("tenant", "player"),
    };

    private readonly StringBuilder _text = new();

    public static string Write()
    {
        ContractsDocument document = new();
        document.Line("All that services have agreed upon. Generated from the compiled contracts; not to be edited.");
        document.Line("To renew it:");
        document.Line("MESH_UPDATE_CONTRACTS=1 dotnet test tests/Mesh.Contracts.Tests");
        document.Topics();
        document.Constants("Event names", typeof(EventNames));
        document.Constants("Headers", typeof(HeaderNames));
        document.Constants("Limits", typeof(ContractLimits));
        document.Keys();
        document.IdRules();
        document.Errors();
        foreach (FileDescriptor file in Files())
        {
            document.File(file);
        }

        return document._text.ToString();
    }

    private static IEnumerable<FileDescriptor> Files() => typeof(Placement).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>()
        .Where(f => f.Package.StartsWith("mesh.", StringComparison.Ordinal))
        .OrderBy(f => f.Name, StringComparer.Ordinal);

    private void Topics()
    {
        Heading("Topics");
        foreach (TopicSpec topic in TopicCatalog.All)
        {
            string retention = topic.Retention is { } kept ? $"{kept.TotalDays} d" : "compacted";
            Line($"{topic.Name}: {topic.Event}, {topic.Codec}, {retention}, {topic.Partitions} partitions, "
                + $"key {TopicKeys.GetValueOrDefault(topic.Name, "the record's own")}");
        }
    }

    private void Constants(string heading, Type type)
    {
        Heading(heading);
        foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral))
        {
            Line($"{field.Name} = {field.GetRawConstantValue()}");
        }
    }

    private void Keys()
    {
        Heading("Placement: partition = murmur2(key) & 0x7fffffff % partitions; an example of each key");
        foreach (MethodInfo method in Methods(typeof(Placement), typeof(string)))
        {
            string key = (string)Example(method);
            Line($"{Signature(method)} = {key} -> {Placement.Partition(key)}");
        }
    }

    private void IdRules()
    {
        Heading("Ids: UUIDv5 of fields in UTF-8, each preceded by its length as a varint; an example of each");
        foreach (FieldInfo field in typeof(Ids).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            Line($"{field.Name} = {field.GetValue(null)}");
        }

        foreach (MethodInfo method in Methods(typeof(Ids), typeof(Guid))
            .Where(m => m.Name is not "Make" and not "FromBytes"))
        {
            Line($"{Signature(method)} -> {Example(method)}");
        }
    }

    private void Errors()
    {
        Heading("Error codes");
        foreach (FieldInfo field in typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            string code = (string)field.GetRawConstantValue()!;
            string again = ErrorCodes.Retryable(code) ? "may be sent again" : "final";
            Line($"{code}: {ErrorCodes.StatusOf(code)}, {again}");
        }
    }

    private void File(FileDescriptor file)
    {
        Heading($"{file.Name} ({file.Package})");
        foreach (ServiceDescriptor service in file.Services)
        {
            Line($"service {service.Name}");
            foreach (MethodDescriptor method in service.Methods)
            {
                Line($"  {method.Name}({Stream(method.IsClientStreaming)}{method.InputType.FullName}) "
                    + $"returns ({Stream(method.IsServerStreaming)}{method.OutputType.FullName})");
            }
        }

        Enums(file.EnumTypes, "");
        foreach (MessageDescriptor message in file.MessageTypes)
        {
            Message(message, "");
        }
    }

    private void Message(MessageDescriptor message, string indent)
    {
        // The entry of a map is told by the map.
        if (message.ContainingType?.Fields.InFieldNumberOrder().Any(f => f.IsMap && f.MessageType == message) ?? false)
        {
            return;
        }

        Line($"{indent}message {message.Name}");
        foreach (FieldDescriptor field in message.Fields.InFieldNumberOrder())
        {
            string oneof = field.RealContainingOneof is { } one ? $"  (oneof {one.Name})" : "";
            Line($"{indent}  {field.FieldNumber} {field.Name}: {Label(field)}{TypeOf(field)}{oneof}");
        }

        Enums(message.EnumTypes, indent + "  ");
        foreach (MessageDescriptor nested in message.NestedTypes)
        {
            Message(nested, indent + "  ");
        }
    }

    private void Enums(IEnumerable<EnumDescriptor> enums, string indent)
    {
        foreach (EnumDescriptor type in enums)
        {
            Line($"{indent}enum {type.Name}: {string.Join(", ", type.Values.Select(v => $"{v.Number} {v.Name}"))}");
        }
    }

    private static string Label(FieldDescriptor field) => field switch
    {
        { IsMap: true } => "",
        { IsRepeated: true } => "repeated ",
        { ContainingOneof: not null, RealContainingOneof: null } => "optional ",
        _ => "",
    };

    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            IList<FieldDescriptor> entry = field.MessageType.Fields.InFieldNumberOrder();
            return $"map<{TypeOf(entry[0])}, {TypeOf(entry[1])}>";
        }

        return field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            _ => field.FieldType.ToString().ToLowerInvariant(),
        };
    }

    private static IEnumerable<MethodInfo> Methods(Type type, Type returning) => type
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(m => m.ReturnType == returning)
        .OrderBy(m => m.Name, StringComparer.Ordinal);

    private static string Signature(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.Name))})";

    // Each text argument is its parameter's name, each number 1.
    private static object Example(MethodInfo method) => method.Invoke(null, [.. method.GetParameters().Select(p =>
        p.ParameterType == typeof(string) ? p.Name
        : p.ParameterType == typeof(long) ? 1L
        : (object)Ids.RewardNamespace)])!;

    private static string Stream(bool streaming) => streaming ? "stream " : "";

    private void Heading(string text) => _text.Append("\n== ").Append(text).Append('\n');

    private void Line(string text) => _text.Append(CultureInfo.InvariantCulture, $"{text}\n");
}
