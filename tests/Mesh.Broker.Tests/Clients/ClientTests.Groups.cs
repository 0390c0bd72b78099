using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Mesh.Broker.Tests.Clients;

/// <summary>Groups as the real client sees them.</summary>
public abstract partial class ClientTests
{
    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Group_WhoseMembersComeAndGo_DividesTheTopicAndHandlesEachRecord(
        PartitionAssignmentStrategy strategy)
    {
        (string topic, string group) = (NewTopic(), NewTopic());
        await KafkaClient.CreateTopicAsync(Servers, topic, 4);
        await using LoadedTopic load = LoadedTopic.Start(Servers, topic, 4);
        ConcurrentDictionary<string, byte> handled = new();
        await using GroupMember first = GroupMember.Start(Servers, topic, group, strategy, handled);
        await first.HoldsAsync(4);
        await using (GroupMember second = GroupMember.Start(Servers, topic, group, strategy, handled))
        {
            await second.HoldsAsync(2);
            await first.HoldsAsync(2);
            string[] both = [.. first.Partitions, .. second.Partitions];
            Assert.Equal(["0", "1", "2", "3"], both.Order());
        }

        await first.HoldsAsync(4);
        string[] produced = await load.StopAsync();
        await Wait.UntilAsync(() => produced.All(handled.ContainsKey), "the group has not handled each record");
    }

    [Fact]
    public async Task Group_Deleted_OnlyWithoutMembers()
    {
        (string topic, string group) = (NewTopic(), NewTopic());
        await KafkaClient.CreateTopicAsync(Servers, topic);
        ConcurrentDictionary<string, byte> handled = new();
        using IAdminClient admin = KafkaClient.Admin(Servers);
        await using (GroupMember member = GroupMember.Start(
            Servers, topic, group, PartitionAssignmentStrategy.Range, handled))
        {
            await member.HoldsAsync(1);
            GroupInfo described = admin.ListGroup(group, KafkaClient.Deadline);
            Assert.Equal(("Stable", "consumer"), (described.State, described.ProtocolType));
            Assert.Equal("range", described.Protocol);
            Assert.StartsWith("member", Assert.Single(described.Members).ClientId);
            Assert.NotEmpty(described.Members[0].MemberAssignment);
            DeleteGroupsException refused = await Assert.ThrowsAsync<DeleteGroupsException>(
                () => admin.DeleteGroupsAsync([group]));
            Assert.Equal(ErrorCode.NonEmptyGroup, refused.Results[0].Error.Code);
        }

        GroupInfo empty = admin.ListGroup(group, KafkaClient.Deadline);
        Assert.Equal(("Empty", 0), (empty.State, empty.Members.Count));
        await admin.DeleteGroupsAsync([group]);
        Assert.DoesNotContain(admin.ListGroups(KafkaClient.Deadline), g => g.Group == group);
    }

    [Fact]
    public async Task StaticMember_StartedAgain_TakesItsPlaceWithoutARebalance()
    {
        (string topic, string group) = (NewTopic(), NewTopic());
        await KafkaClient.CreateTopicAsync(Servers, topic, 2);
        ConcurrentDictionary<string, byte> handled = new();
        await using GroupMember stays = GroupMember.Start(
            Servers, topic, group, PartitionAssignmentStrategy.Range, handled, "stays");
        await using GroupMember leaves = GroupMember.Start(
            Servers, topic, group, PartitionAssignmentStrategy.Range, handled, "leaves");
        await stays.HoldsAsync(1);
        await leaves.HoldsAsync(1);
        int rebalances = stays.Rebalances;
        string held = Assert.Single(leaves.Partitions);
        await leaves.DisposeAsync();
        await using GroupMember again = GroupMember.Start(
            Servers, topic, group, PartitionAssignmentStrategy.Range, handled, "leaves");
        await again.HoldsAsync(1);
        Assert.Equal(held, Assert.Single(again.Partitions));
        Assert.Equal(rebalances, stays.Rebalances);
    }
}
