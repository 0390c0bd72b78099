using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>How records are decided: each alone, in order, or held until they can be.</summary>
internal sealed partial class PartitionMachine
{
    /// <summary>A record arrives.</summary>
    public void Accept(in Arrival arrival, long now = 0)
    {
        if (_held.Count > 0)
        {
            Prefetch(arrival);
            _held.Enqueue(arrival);
        }
        else if (!_page.HasRoom)
        {
            WantsRetry = true;
            _held.Enqueue(arrival);
        }
        else if (!TryDecide(arrival, now))
        {
            _held.Enqueue(arrival);
        }
    }

    /// <summary>Something that a record waited for may have changed.</summary>
    public void Retry(long now = 0)
    {
        WantsRetry = false;
        while (_held.TryPeek(out Arrival first))
        {
            if (!_page.HasRoom)
            {
                WantsRetry = true;
                return;
            }

            if (!TryDecide(first, now))
            {
                return;
            }

            _held.Dequeue();
        }
    }

    private bool TryDecide(in Arrival arrival, long now)
    {
        if (Fault is not null)
        {
            return false;
        }

        switch (_inputs.Judge(arrival.Topic, arrival.Partition, arrival.Offset, arrival.Origin))
        {
            case Admission.Gap:
                _inputs.NoteGap(arrival, now);
                _inputsMoved = true;
                return true;
            case Admission.Apply when _bury is not null && _isolated.TryGetValue(arrival.Id, out string? error):
                _page.Decided(null);
                Bury(arrival, error, _bury);
                break;
            case Admission.Apply:
                if (!TryProcess(arrival))
                {
                    return false;
                }

                break;
        }

        _inputs.Note(arrival);
        _inputsMoved = true;
        Decided++;
        return true;
    }

    // Whatever a record is broken by, it is the record's: its neighbours go on without it.
    private bool TryProcess(in Arrival arrival)
    {
        int before = _page.Count;
        try
        {
            if (arrival.Damage is { } damage)
            {
                throw new InvalidDataException(damage);
            }

            TopicRecord record = RecordOf(arrival);
            string stream = Processor.StreamOf(record);
            if (!_states.IsResident(stream))
            {
                _missing.Add(stream);
                return false;
            }

            if (Processor.Process(record, this) == Verdict.Wait)
            {
                return false;
            }
        }
#pragma warning disable CA1031 // What it is does not matter: it is tried again, and then kept with the record.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fault = new Fault(arrival.Id, $"{e.GetType().Name}: {e.Message}");
            return false;
        }

        if (_page.Count > before)
        {
            _page.Decided(arrival.Id);
        }

        return true;
    }

    private void Bury(
        in Arrival arrival, string error, Func<DeadLetter, (EventTarget Target, byte[] Body)> bury)
    {
        (EventTarget target, byte[] body) = bury(new DeadLetter(
            arrival.Topic, arrival.Partition, arrival.Offset, arrival.Key, arrival.Value, arrival.Origin, error));
        Append(target.Topic, DeadLetter.EventType, body, arrival.Origin?.Root ?? default, target);
    }

    // What is held behind a missing state will need its own: read together.
    private void Prefetch(in Arrival arrival)
    {
        if (_states.IsComplete || arrival.Damage is not null || Fault is not null)
        {
            return;
        }

        try
        {
            string stream = Processor.StreamOf(RecordOf(arrival));
            if (!_states.IsResident(stream))
            {
                _missing.Add(stream);
            }
        }
#pragma warning disable CA1031 // It fails again when its turn comes, and is dealt with there.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static TopicRecord RecordOf(in Arrival arrival) => new(
        arrival.Topic, arrival.Partition, arrival.Offset, arrival.Value, arrival.Origin?.Root ?? default);
}
