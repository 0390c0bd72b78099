namespace Mesh.AppModel.Hosting;

/// <summary>The lines of one part: to its log file, and to the terminal with its name in front.</summary>
internal sealed class PartLog(string name, string path, TextWriter terminal) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file = new(path, append: true) { AutoFlush = true };
    private bool _closed;

    internal void Add(string line)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _file.WriteLine(line);
        }

        terminal.WriteLine($"[{name}] {line}");
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}
