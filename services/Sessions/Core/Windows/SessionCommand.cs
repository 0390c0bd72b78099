namespace Mesh.Sessions.Core.Windows;

/// <summary>What is asked of a player's sessions in one game.</summary>
public abstract record SessionCommand
{
    private SessionCommand()
    {
    }

    /// <summary>The player did something.</summary>
    /// <param name="ActionId">Made once by the client, kept over retries.</param>
    /// <param name="EffectiveUs">When it happened: microseconds since the epoch.</param>
    /// <param name="CandidateSessionId">
    /// The id of the session that this action opens, if it opens one. It is read only when
    /// <see cref="PlayerSessions.Continues"/> is false, so that it need not be made otherwise.
    /// </param>
    public sealed record ObserveAction(Guid ActionId, long EffectiveUs, Guid CandidateSessionId) : SessionCommand;
}
