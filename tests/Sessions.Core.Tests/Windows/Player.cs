using Mesh.Sessions.Core.Windows;

namespace Mesh.Sessions.Core.Tests.Windows;

/// <summary>A player's sessions in a test. Times are in seconds; an action is named by a number.</summary>
internal sealed class Player
{
    public const long Second = 1_000_000;

    public PlayerSessions State { get; } = new();

    public List<SessionEvent> Log { get; } = [];

    public Player Given(params (int Action, long At)[] actions)
    {
        foreach ((int action, long at) in actions)
        {
            When(action, at);
        }

        return this;
    }

    /// <summary>Decides and folds.</summary>
    public SessionEvent[] When(int action, long atSecond)
    {
        var command = new SessionCommand.ObserveAction(Id(action), atSecond * Second, SessionId(atSecond));
        SessionEvent[] events = SessionDecider.Decide(command, State, SessionDecider.DefaultGapUs);
        foreach (SessionEvent happened in events)
        {
            State.Evolve(happened);
            Log.Add(happened);
        }

        return events;
    }

    public static Guid Id(int action) => new(action, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    public static Guid SessionId(long atSecond) =>
        new(unchecked((int)atSecond), 1, (short)(atSecond >> 32), [0, 0, 0, 0, 0, 0, 0, 0]);

    public static Session Session(long opened, long first, long last, uint actions) =>
        new(SessionId(opened), first * Second, last * Second, actions);
}
