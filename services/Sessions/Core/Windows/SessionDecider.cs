namespace Mesh.Sessions.Core.Windows;

/// <summary>
/// Decides which session an action belongs to. Windows are at least one gap apart, so an action joins at most one
/// before it and one after it; when it joins both, they merge into the earlier one. The set of (first, last, actions)
/// is a function of the distinct actions' effective times alone, whatever order they came in.
/// </summary>
public static class SessionDecider
{
    /// <summary>A gap of this long, or longer, starts a new session: 30 minutes, in microseconds.</summary>
    public const long DefaultGapUs = 30L * 60 * 1_000_000;

    /// <summary>The events of a command, in order; none: the action was counted before.</summary>
    /// <param name="command">The command.</param>
    /// <param name="state">The player's sessions in the action's game.</param>
    /// <param name="gapUs">
    /// Less than this continues a session; positive, and the same for all of a player's actions.
    /// </param>
    public static SessionEvent[] Decide(SessionCommand command, PlayerSessions state, long gapUs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(gapUs);
        var (actionId, atUs, candidate) = (SessionCommand.ObserveAction)command;
        if (state.HasSeen(actionId))
        {
            return [];
        }

        switch (state.Near(atUs, gapUs))
        {
            case (-1, -1):
                return [new SessionEvent.Opened(actionId, new Session(candidate, atUs, atUs, 1))];

            case (int before, -1):
                return [new SessionEvent.Extended(actionId, Joined(state.At(before), atUs))];

            case (-1, int after):
                return [new SessionEvent.Extended(actionId, Joined(state.At(after), atUs))];

            case (int before, int after):
                Session survivor = state.At(before);
                Session absorbed = state.At(after);
                uint actions = checked(survivor.Actions + absorbed.Actions + 1);
                return
                [
                    new SessionEvent.MergedInto(actionId, absorbed, survivor.Id),
                    new SessionEvent.Extended(
                        actionId, survivor with { LastUs = absorbed.LastUs, Actions = actions }),
                ];
        }
    }

    private static Session Joined(Session session, long atUs) => session with
    {
        FirstUs = Math.Min(session.FirstUs, atUs),
        LastUs = Math.Max(session.LastUs, atUs),
        Actions = checked(session.Actions + 1),
    };
}
