namespace Mesh.Partitions.Simulation.Mutants;

/// <summary>A rule left out or weakened, as a change of a source file: worlds must notice.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rule">The rule that it breaks, in a word.</param>
/// <param name="Edits">What is changed: each text occurs exactly once in its file.</param>
internal sealed record Mutant(string Name, string Rule, params Edit[] Edits);

/// <summary>A change of one file.</summary>
/// <param name="File">The file, below one of the two folders that are compiled.</param>
/// <param name="Find">What is there; occurs once.</param>
/// <param name="Replace">What is put in its place.</param>
internal sealed record Edit(string File, string Find, string Replace);
