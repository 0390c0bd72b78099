using Google.Protobuf.Reflection;

namespace Grpc.AspNetCore.Server.Reflection.Internal;

/// <summary>The files of services and of all that they import, by everything one may ask for. Immutable.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly HashSet<string> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, int Number), FileDescriptor> _extensions = [];

    /// <summary>Creates an index.</summary>
    /// <param name="services">Names of services, with their descriptors where they are known.</param>
    public DescriptorIndex(IReadOnlyDictionary<string, ServiceDescriptor?> services)
    {
        ServiceNames = [.. services.Keys];
        foreach (var service in services.Values)
        {
            if (service is not null)
            {
                Add(service.File);
            }
        }
    }

    /// <summary>The full names of the services, sorted.</summary>
    public IReadOnlyList<string> ServiceNames { get; }

    /// <summary>The file of a name, or null.</summary>
    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    /// <summary>The file that declares a symbol, or null.</summary>
    public FileDescriptor? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    /// <summary>The file that declares an extension, or null.</summary>
    public FileDescriptor? FindExtension(string type, int number) => _extensions.GetValueOrDefault((type, number));

    /// <summary>Whether a message of this name is known.</summary>
    public bool IsMessage(string fullName) => _messages.Contains(fullName);

    /// <summary>The numbers of the extensions of a message, sorted.</summary>
    public IReadOnlyList<int> ExtensionsOf(string type) =>
        [.. _extensions.Keys.Where(key => key.Type == type).Select(key => key.Number).Order()];

    /// <summary>A file and all that it imports, each once, importers first.</summary>
    public static IReadOnlyList<FileDescriptor> WithImports(FileDescriptor file)
    {
        List<FileDescriptor> found = [file];
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var import in found[i].Dependencies)
            {
                if (!found.Contains(import))
                {
                    found.Add(import);
                }
            }
        }

        return found;
    }

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (var service in file.Services)
        {
            _symbols.TryAdd(service.FullName, file);
            foreach (var method in service.Methods)
            {
                _symbols.TryAdd(method.FullName, file);
            }
        }

        foreach (var message in file.MessageTypes)
        {
            Add(message);
        }

        AddEnums(file.EnumTypes);
        AddExtensions(file.Extensions.UnorderedExtensions);
        foreach (var import in file.Dependencies)
        {
            Add(import);
        }
    }

    private void Add(MessageDescriptor message)
    {
        _messages.Add(message.FullName);
        _symbols.TryAdd(message.FullName, message.File);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            _symbols.TryAdd(field.FullName, message.File);
        }

        foreach (var oneof in message.Oneofs)
        {
            _symbols.TryAdd(oneof.FullName, message.File);
        }

        foreach (var nested in message.NestedTypes)
        {
            Add(nested);
        }

        AddEnums(message.EnumTypes);
        AddExtensions(message.Extensions.UnorderedExtensions);
    }

    private void AddEnums(IEnumerable<EnumDescriptor> enums)
    {
        foreach (var type in enums)
        {
            _symbols.TryAdd(type.FullName, type.File);
            foreach (var value in type.Values)
            {
                _symbols.TryAdd(value.FullName, type.File);
            }
        }
    }

    private void AddExtensions(IEnumerable<FieldDescriptor> extensions)
    {
        foreach (var extension in extensions)
        {
            _symbols.TryAdd(extension.FullName, extension.File);
            _extensions.TryAdd((extension.ExtendeeType.FullName, extension.FieldNumber), extension.File);
        }
    }
}
