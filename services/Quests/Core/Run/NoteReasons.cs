namespace Mesh.Quests.Core.Run;

/// <summary>Why an action earned nothing: stable codes.</summary>
public static class NoteReasons
{
    /// <summary>The venue was collected before.</summary>
    public const string AlreadyCollected = "ALREADY_COLLECTED";

    /// <summary>The quest is completed: further steps earn nothing.</summary>
    public const string QuestCompleted = "QUEST_COMPLETED";

    /// <summary>The venue is none of the hunt's.</summary>
    public const string NotInHunt = "NOT_IN_HUNT";

    /// <summary>No quest of the game takes actions of this kind.</summary>
    public const string NotApplicable = "NOT_APPLICABLE";

    /// <summary>The action's id was used before, for other contents.</summary>
    public const string IdReused = "ID_REUSED";
}
