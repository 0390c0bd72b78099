using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Mesh.Grpc.Interop.Tests.Api;

/// <summary>What a built assembly uses of another, read from its references: compiled code cannot hide any.</summary>
internal static class UsedMembers
{
    private static readonly SignatureNames Names = new();

    /// <summary>The types and members that an assembly uses of another, a line each.</summary>
    /// <param name="path">The built assembly.</param>
    /// <param name="library">The simple name of the other.</param>
    public static string[] Of(string path, string library)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        SortedSet<string> lines = new(StringComparer.Ordinal);
        foreach (var handle in reader.TypeReferences)
        {
            if (IsOf(reader, handle, library))
            {
                lines.Add($"type {SignatureNames.NameOf(reader, handle)}");
            }
        }

        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (Declaring(reader, member.Parent, library) is { } type)
            {
                lines.Add(Line(reader, type, member));
            }
        }

        return [.. lines];
    }

    private static string Line(MetadataReader reader, string type, MemberReference member)
    {
        var name = $"{type}.{reader.GetString(member.Name)}";
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            return $"{name} : {member.DecodeFieldSignature(Names, null)}";
        }

        var method = member.DecodeMethodSignature(Names, null);
        return (method.Header.IsInstance ? "" : "static ") + name
            + (method.GenericParameterCount > 0
                ? $"<{string.Join(", ", Enumerable.Range(0, method.GenericParameterCount).Select(i => $"M{i}"))}>" : "")
            + $"({string.Join(", ", method.ParameterTypes)}) : {method.ReturnType}";
    }

    // The type that has the member, without its arguments: List<int>.Add is a member of List.
    private static string? Declaring(MetadataReader reader, EntityHandle parent, string library)
    {
        if (parent.Kind == HandleKind.TypeReference && IsOf(reader, (TypeReferenceHandle)parent, library))
        {
            return SignatureNames.NameOf(reader, (TypeReferenceHandle)parent);
        }

        if (parent.Kind != HandleKind.TypeSpecification)
        {
            return null;
        }

        // A generic instance: its signature is the kind, the type's kind and the type.
        var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        blob.ReadCompressedInteger();
        var generic = blob.ReadTypeHandle();
        return generic.Kind == HandleKind.TypeReference && IsOf(reader, (TypeReferenceHandle)generic, library)
            ? SignatureNames.NameOf(reader, (TypeReferenceHandle)generic)
            : null;
    }

    private static bool IsOf(MetadataReader reader, TypeReferenceHandle handle, string library)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => reader.GetString(
                reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == library,
            HandleKind.TypeReference => IsOf(reader, (TypeReferenceHandle)scope, library),
            _ => false,
        };
    }
}
