using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Log;

/// <summary>
/// Flushes files to the disk for all who wait, together (group commit): while one flush runs, what is written meanwhile
/// gathers, and the next takes all of it, whatever partition or request it belongs to. Whoever comes first does the
/// work for the others. After a failure nobody knows what the disk holds, and nothing is acknowledged any more.
/// </summary>
internal sealed class DiskFlusher
{
    private readonly object _gate = new();
    private readonly Action<SafeFileHandle> _flush;
    private readonly LogCounters _counters;
    private HashSet<SafeFileHandle> _dirty = [];
    private HashSet<SafeFileHandle> _spare = [];
    private long _marked;
    private long _flushed;
    private bool _flushing;
    private Exception? _failure;

    /// <param name="flush">Flushes one file; <see cref="RandomAccess.FlushToDisk"/> but in tests.</param>
    public DiskFlusher(LogCounters counters, Action<SafeFileHandle> flush)
    {
        _counters = counters;
        _flush = flush;
    }

    /// <summary>Takes note that a file has been written to.</summary>
    public void Mark(SafeFileHandle file)
    {
        lock (_gate)
        {
            _dirty.Add(file);
            _marked++;
        }
    }

    /// <summary>Returns when all that was marked before is on the disk.</summary>
    /// <exception cref="IOException">It is not known to be, now or since an earlier failure.</exception>
    public void WaitForAll()
    {
        lock (_gate)
        {
            long wanted = _marked;
            while (_flushed < wanted)
            {
                if (_failure is not null)
                {
                    throw new IOException("Writing to the disk has failed; nothing is acknowledged.", _failure);
                }

                if (_flushing)
                {
                    Monitor.Wait(_gate);
                }
                else
                {
                    FlushRound();
                }
            }
        }
    }

    /// <summary>Called with the lock held, which it gives up while the disk works.</summary>
    private void FlushRound()
    {
        long covers = _marked;
        HashSet<SafeFileHandle> files = _dirty;
        (_dirty, _spare) = (_spare, files);
        _flushing = true;
        Exception? failure = null;
        Monitor.Exit(_gate);
        try
        {
            foreach (SafeFileHandle file in files)
            {
                Flush(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failure = e;
        }
        finally
        {
            Monitor.Enter(_gate);
            files.Clear();
            _flushing = false;
            _failure ??= failure;
            _flushed = failure is null ? covers : _flushed;
            Monitor.PulseAll(_gate);
        }
    }

    private void Flush(SafeFileHandle file)
    {
        try
        {
            _flush(file);
            _counters.Flushes.Increment();
        }
        catch (ObjectDisposedException)
        {
            // Retention has deleted it meanwhile: there is nothing left to keep.
        }
    }
}
