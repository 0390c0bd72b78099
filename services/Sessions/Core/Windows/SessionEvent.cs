namespace Mesh.Sessions.Core.Windows;

/// <summary>
/// What happened to a player's sessions in one game. Each event carries the session's window as it is afterwards, so
/// that folding decides nothing.
/// </summary>
public abstract record SessionEvent
{
    private SessionEvent(Guid actionId, Session session)
    {
        ActionId = actionId;
        Session = session;
    }

    /// <summary>The action that caused it.</summary>
    public Guid ActionId { get; }

    /// <summary>The session, as it is afterwards (of an absorbed one: as it was at last).</summary>
    public Session Session { get; }

    /// <summary>A session began with this action.</summary>
    public sealed record Opened : SessionEvent
    {
        /// <summary>A session began with this action.</summary>
        public Opened(Guid actionId, Session session)
            : base(actionId, session)
        {
        }
    }

    /// <summary>A session has one more action, or those of an absorbed one as well.</summary>
    public sealed record Extended : SessionEvent
    {
        /// <summary>A session has more actions.</summary>
        public Extended(Guid actionId, Session session)
            : base(actionId, session)
        {
        }
    }

    /// <summary>A session was absorbed by an earlier one; the <see cref="Extended"/> of that one follows.</summary>
    public sealed record MergedInto : SessionEvent
    {
        /// <summary>A session was absorbed by <paramref name="survivorId"/>.</summary>
        public MergedInto(Guid actionId, Session absorbed, Guid survivorId)
            : base(actionId, absorbed) => SurvivorId = survivorId;

        /// <summary>The session that goes on.</summary>
        public Guid SurvivorId { get; }
    }
}

/// <summary>A stretch of activity without a gap.</summary>
/// <param name="Id">Made of what opened it; it keeps its id when an earlier action joins.</param>
/// <param name="FirstUs">The effective time of the first action: microseconds since the epoch.</param>
/// <param name="LastUs">The effective time of the last action.</param>
/// <param name="Actions">How many distinct actions.</param>
public readonly record struct Session(Guid Id, long FirstUs, long LastUs, uint Actions);
