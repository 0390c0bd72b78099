using System.Globalization;
using Spectre.Console;

namespace Mesh.AppModel.Hosting;

/// <summary>What a person sees when everything runs.</summary>
internal static class Overview
{
    private const int PlainWidth = 110;

    internal static void Show(IReadOnlyList<Resource> resources, IEnumerable<RunningPart> parts, TextWriter terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = PlainWidth;
        }

        var order = resources.Select((resource, index) => (resource, index)).ToDictionary(p => p.resource, p => p.index);
        var table = new Table().Border(TableBorder.Rounded).AddColumns("name", "url", "pid", "state");
        foreach (var part in parts.OrderBy(part => order[part.Resource]).ThenBy(part => part.Name))
        {
            var id = part.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? "";
            table.AddRow(
                Markup.Escape(part.Name), Markup.Escape(part.Url), id, part.ProcessId is null ? "external" : "healthy");
        }

        console.Write(table);
        foreach (var project in resources.OfType<ProjectResource>().Where(project => project.IsExternal))
        {
            foreach (var endpoint in project.Endpoints)
            {
                terminal.WriteLine($"{project.Name} {endpoint.Name}: {endpoint.Url(0)}");
            }
        }

        terminal.WriteLine("Everything runs. Ctrl+C stops it.");
    }
}
