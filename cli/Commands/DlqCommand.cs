using System.CommandLine;
using Google.Protobuf;
using Mesh.Cli.Connection;
using Mesh.Cli.DeadLetters;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh dlq</c>: records that a service could not process, shown, sent again or given up.</summary>
internal static class DlqCommand
{
    internal static Command Create() => new("dlq", "Records that could not be processed.")
    {
        List(), Show(),
        Settling(
            "replay", "Sends records to their topics again, without origin.", "sent again",
            (box, id) => box.Replay(id)),
        Settling("drop", "Gives records up.", "dropped", (box, id) => box.Drop(id)),
    };

    private static Command List()
    {
        Option<string?> broker = Places.BrokerOption();
        Option<bool> json = Places.JsonOption();
        Command command = new("list", "Shows all that are neither sent again nor dropped.") { broker, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            DeadLetterBox box = await ReadAsync(parsed.GetValue(broker), cancellation);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(Output.ToJson(box.Open.Select(open => new
                {
                    Id = open.Id.ToString(), Key = open.Letter.Key.ToStringUtf8(), open.Letter.Error,
                })));
                return 0;
            }

            Table table = new Table().Border(TableBorder.Minimal)
                .AddColumn(new TableColumn("id").NoWrap()).AddColumn("key").AddColumn("error");
            foreach ((LetterId id, DeadLettered letter) in box.Open)
            {
                string[] cells = [id.ToString(), letter.Key.ToStringUtf8(), letter.Error];
                table.AddRow([.. cells.Select(Markup.Escape)]);
            }

            if (table.Rows.Count == 0)
            {
                Console.WriteLine("There are no dead letters.");
            }
            else
            {
                Output.Write(table);
            }

            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        Argument<string> id = new("id") { Description = "The letter, as list shows it." };
        Option<string?> broker = Places.BrokerOption();
        Command command = new("show", "Shows one of them, whole.") { id, broker };
        command.SetAction(async (parsed, cancellation) =>
        {
            LetterId wanted = LetterId.Parse(parsed.GetValue(id)!);
            DeadLettered letter = (await ReadAsync(parsed.GetValue(broker), cancellation)).Find(wanted);
            Line("service", letter.Service);
            Line("topic", letter.Topic);
            Line("partition", $"{letter.Partition}");
            Line("offset", $"{letter.Offset}");
            Line("key", letter.Key.ToStringUtf8());
            Line("error", letter.Error);
            if (letter.Origin is { } origin)
            {
                Line("origin", $"{Ids.FromBytes(origin.Store.Span)}, partition {origin.Partition}");
                Line("position", $"{origin.Position}, after {origin.Previous}");
            }

            Line("value", Text(letter));
            return 0;
        });
        return command;
    }

    private static Command Settling(
        string name, string description, string done, Action<DeadLetterBox, LetterId> settle)
    {
        Argument<string[]> ids = new("id")
        {
            Description = "The letters, as list shows them.", Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> all = new("--all") { Description = "All of them." };
        Option<string?> broker = Places.BrokerOption();
        Command command = new(name, description) { ids, all, broker };
        command.SetAction(async (parsed, cancellation) =>
        {
            LetterId[] wanted = [.. (parsed.GetValue(ids) ?? []).Select(LetterId.Parse)];
            if ((wanted.Length == 0) != parsed.GetValue(all))
            {
                throw new CliException($"mesh dlq {name} needs either ids or --all.");
            }

            DeadLetterBox box = await ReadAsync(parsed.GetValue(broker), cancellation);
            foreach (LetterId id in wanted.Length > 0 ? wanted : [.. box.Open.Select(open => open.Id)])
            {
                settle(box, id);
                Console.WriteLine($"{id} {done}");
            }

            return 0;
        });
        return command;
    }

    private static Task<DeadLetterBox> ReadAsync(string? broker, CancellationToken cancellation) =>
        DeadLetterBox.ReadAsync(Places.Broker(broker, Places.Run()), cancellation);

    private static void Line(string name, string value) => Console.WriteLine($"{name,-10}{value}");

    // As the topic's event when it is one, else as bytes.
    private static string Text(DeadLettered letter)
    {
        MessageParser? parser = TopicCatalog.All.FirstOrDefault(topic => topic.Name == letter.Topic)?.Event switch
        {
            EventNames.ActionAccepted => ActionAccepted.Parser,
            EventNames.QuestTransition => QuestTransition.Parser,
            EventNames.RewardIssued => RewardIssued.Parser,
            _ => null,
        };
        try
        {
            return parser?.ParseFrom(letter.Value).ToString() ?? Bytes(letter.Value);
        }
        catch (InvalidProtocolBufferException)
        {
            return Bytes(letter.Value);
        }
    }

    private static string Bytes(ByteString value) => $"{value.Length} bytes: {Convert.ToHexString(value.Span)}";
}
