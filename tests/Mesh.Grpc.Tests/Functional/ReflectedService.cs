using Mesh.Grpc.Tests.Protos.Reflected;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Nobody calls it; reflection describes it.</summary>
internal sealed class ReflectedService : Reflected.ReflectedBase;
