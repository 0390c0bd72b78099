using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Contracts.Tests;

public sealed class ContentHashTests
{
    [Fact]
    public void Of_CheckIn_IsFnv1aOfDeviceSequenceKindAndVenue()
    {
        // Little-endian 64-bit numbers; texts by length and characters.
        byte[] bytes =
        [
            3, 0, 0, 0, 0, 0, 0, 0, (byte)'d', (byte)'-', (byte)'1',
            7, 0, 0, 0, 0, 0, 0, 0,
            16, 0, 0, 0, 0, 0, 0, 0,
            5, 0, 0, 0, 0, 0, 0, 0, (byte)'1', (byte)'1', (byte)'7', (byte)'1', (byte)'1',
        ];
        System.Numerics.BigInteger hash = 0xcbf29ce484222325;
        foreach (byte b in bytes)
        {
            hash = ((hash ^ b) * 0x100000001b3) % (System.Numerics.BigInteger.One << 64);
        }

        Assert.Equal((ulong)hash, ContentHash.Of(CheckIn()));
        // As it is stored: it may never change.
        Assert.Equal(0x91713d81a16fa78fUL, ContentHash.Of(CheckIn()));
    }

    [Fact]
    public void Of_WhatARetryMayChange_IsTheSame()
    {
        ActionAccepted retried = CheckIn();
        retried.Tenant = "other";
        retried.GameId = "other";
        retried.PlayerId = "other";
        retried.ActionId = Google.Protobuf.ByteString.CopyFrom(1, 2);
        retried.OccurredUs = retried.ReceivedUs = retried.EffectiveUs = 99;
        retried.Lane = 2;
        retried.RoutingVersion = 9;
        retried.CatalogVersion = 9;
        retried.Location = new Location { Latitude = 1, Mocked = true };
        Assert.Equal(ContentHash.Of(CheckIn()), ContentHash.Of(retried));
    }

    [Fact]
    public void Of_OtherContents_Differs()
    {
        ActionAccepted device = CheckIn();
        device.DeviceId = "d-2";
        ActionAccepted sequence = CheckIn();
        sequence.Sequence = 8;
        ActionAccepted venue = CheckIn();
        venue.CheckIn.VenueId = "11712";
        ActionAccepted[] all =
        [
            CheckIn(), device, sequence, venue, Kind(a => a.QrScan = new QrScan { Code = "11711" }),
            Kind(a => a.PowerUp = new PowerUp { PowerUpId = "11711" }),
            Kind(a => a.TaskDone = new TaskDone { TaskId = "11711" }),
            Kind(a => a.Answer = new Answer { QuestionId = "ab", Answer_ = "c" }),
            Kind(a => a.Answer = new Answer { QuestionId = "a", Answer_ = "bc" }),
            Kind(a => a.LocationPing = new LocationPing()),
            Kind(a => a.DailyBonus = new DailyBonus()),
            Kind(a => a.Login = new Login()),
            Kind(_ => { }),
        ];
        Assert.Equal(all.Length, all.Select(ContentHash.Of).Distinct().Count());
    }

    private static ActionAccepted CheckIn() => Kind(a => a.CheckIn = new CheckIn { VenueId = "11711" });

    private static ActionAccepted Kind(Action<ActionAccepted> set)
    {
        ActionAccepted action = new() { DeviceId = "d-1", Sequence = 7 };
        set(action);
        return action;
    }
}
