namespace Mesh.Ingestion.Core;

/// <summary>The kinds of action. The number is that of the kind's field in the contract.</summary>
public enum ActionKind
{
    /// <summary>The action says no kind.</summary>
    None = 0,

    /// <summary>Was at a venue.</summary>
    CheckIn = 16,

    /// <summary>Scanned a code.</summary>
    QrScan = 17,

    /// <summary>Used a power-up.</summary>
    PowerUp = 18,

    /// <summary>Did a task.</summary>
    TaskDone = 19,

    /// <summary>Answered a question.</summary>
    Answer = 20,

    /// <summary>Told where the phone is.</summary>
    LocationPing = 21,

    /// <summary>Collected the daily bonus.</summary>
    DailyBonus = 22,

    /// <summary>Opened the app.</summary>
    Login = 23,
}
