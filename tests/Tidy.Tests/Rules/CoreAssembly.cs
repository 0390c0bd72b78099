using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tidy.Tests.Rules;

/// <summary>
/// What a compiled core refers to: values, collections and queries; no I/O, clock, chance, tasks, logs, contracts.
/// </summary>
internal static class CoreAssembly
{
    private static readonly HashSet<string> Assemblies =
    [
        "System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory",
        "System.Runtime.InteropServices", "System.Runtime.Extensions", "System.Runtime.Numerics",
        "System.Numerics.Vectors",
    ];

    private static readonly HashSet<string> Namespaces =
    [
        "System", "System.Buffers", "System.Buffers.Binary", "System.Collections", "System.Collections.Frozen",
        "System.Collections.Generic", "System.Collections.Immutable", "System.Collections.ObjectModel",
        "System.Diagnostics.CodeAnalysis", "System.Globalization", "System.Linq", "System.Numerics",
        "System.Reflection",
        "System.Runtime.CompilerServices", "System.Runtime.InteropServices", "System.Runtime.Versioning", "System.Text",
    ];

    /// <summary>Of System.Diagnostics only what states something.</summary>
    private static readonly HashSet<string> Diagnostics =
    [
        "Debug", "DebuggableAttribute", "DebuggingModes", "DebuggerDisplayAttribute", "DebuggerBrowsableAttribute",
        "DebuggerBrowsableState", "DebuggerHiddenAttribute", "DebuggerStepThroughAttribute", "UnreachableException",
        "ConditionalAttribute",
    ];

    private static readonly HashSet<string> ForbiddenTypes =
    [
        "System.Random", "System.TimeProvider", "System.Environment", "System.Console", "System.AppContext",
        "System.Lazy`1",
    ];

    private static readonly HashSet<string> ForbiddenMembers =
    [
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.DateTime.get_UtcNow", "System.DateTime.get_Now",
        "System.DateTime.get_Today", "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.get_Now",
    ];

    public static IEnumerable<Finding> References(string name, Stream assembly)
    {
        using PEReader file = new(assembly);
        MetadataReader metadata = file.GetMetadataReader();
        List<Finding> findings = [];
        foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences)
        {
            string reference = metadata.GetString(metadata.GetAssemblyReference(handle).Name);
            if (!Assemblies.Contains(reference))
            {
                findings.Add(new Finding(name, 0, $"references assembly {reference}"));
            }
        }

        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            string type = FullName(metadata, handle);
            if (!IsAllowed(type))
            {
                findings.Add(new Finding(name, 0, $"uses {type}"));
            }
        }

        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                string full =
                    $"{FullName(metadata, (TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}";
                if (ForbiddenMembers.Contains(full))
                {
                    findings.Add(new Finding(name, 0, $"calls {full}"));
                }
            }
        }

        return findings;
    }

    private static bool IsAllowed(string type)
    {
        if (ForbiddenTypes.Contains(type))
        {
            return false;
        }

        int end = type.LastIndexOf('.');
        string space = end < 0 ? "" : type[..end];
        return space.Length == 0
            || Namespaces.Contains(space)
            || (space == "System.Diagnostics" && Diagnostics.Contains(type[(end + 1)..].Split('+')[^1]));
    }

    // A nested type is named after the one around it, which is judged as well.
    private static string FullName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{FullName(metadata, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
