using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Broker.Topics;

/// <summary>What of a topic is on disk beside its logs.</summary>
internal sealed record StoredTopic(string Name, string Id, int Partitions, SortedDictionary<string, string> Configs);

/// <summary>The broker's identity; made once.</summary>
/// <param name="ClusterId">Random, so that clients notice another cluster under the same address.</param>
/// <param name="NextProducerId">No id from here on has been given out.</param>
internal sealed record StoredCluster(string ClusterId, long NextProducerId);

/// <summary>Serialization without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredTopic[]))]
[JsonSerializable(typeof(StoredCluster))]
internal sealed partial class StoredJson : JsonSerializerContext;
