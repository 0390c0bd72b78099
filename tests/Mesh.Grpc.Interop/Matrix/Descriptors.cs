using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>The files of <c>Protos/</c> as a descriptor set, for peers that make their messages from it.</summary>
internal static class Descriptors
{
    /// <summary>Writes it.</summary>
    public static void Write(string path)
    {
        FileDescriptorSet set = new();
        foreach (var file in (FileDescriptor[])
            [EmptyReflection.Descriptor, MessagesReflection.Descriptor, TestReflection.Descriptor])
        {
            set.File.Add(file.ToProto());
        }

        File.WriteAllBytes(path, set.ToByteArray());
    }
}
