namespace Mesh.Quests.Core.Catalog;

/// <summary>What a quest asks for. Each case is declared in its game type's folder under <c>Run/Types</c>.</summary>
public abstract partial record QuestType
{
    private QuestType()
    {
    }
}
