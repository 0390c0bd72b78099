-- A number of some bytes, the highest first, from an offset that counts from 0.
create or replace function page_number(page bytea, start integer, bytes integer)
returns bigint language sql immutable parallel safe as $$
    select ('x' || lpad(encode(substring(page from start + 1 for bytes), 'hex'), 16, '0'))::bit(64)::bigint
$$;
-- A page's events as rows. The layout is that of PackedEvents: for people and tests, not for speed.
create or replace function page_events(first bigint, names text[], packed bytea)
returns table (
    "position" bigint, stream text, type text, target text, target_partition integer, target_key text,
    previous bigint, root bytea, body bytea)
language plpgsql immutable parallel safe as $$
declare
    page         bytea := packed || ''::bytea; -- read from out of line once, not for each byte that is looked at
    here         integer := 0;
    number       bigint := first;
    topic        integer;
    stream_bytes integer;
    key_bytes    integer; -- all bits set: the key is the stream
    root_bytes   integer;
    body_bytes   integer;
begin
    while here < length(page) loop
        topic := page_number(page, here + 2, 2);
        stream_bytes := page_number(page, here + 14, 2);
        key_bytes := page_number(page, here + 16, 2);
        root_bytes := page_number(page, here + 18, 2);
        body_bytes := page_number(page, here + 20, 4);
        "position" := number;
        type := names[page_number(page, here, 2)];
        target := names[nullif(topic, 0)];
        target_partition := case when topic > 0 then page_number(page, here + 4, 2) end;
        previous := nullif(page_number(page, here + 6, 8), 0);
        here := here + 24;
        stream := convert_from(substring(page from here + 1 for stream_bytes), 'UTF8');
        here := here + stream_bytes;
        target_key := case
            when topic = 0 then null
            when key_bytes = 65535 then stream
            else convert_from(substring(page from here + 1 for key_bytes), 'UTF8') end;
        here := here + case when key_bytes = 65535 then 0 else key_bytes end;
        root := substring(page from here + 1 for root_bytes);
        body := substring(page from here + root_bytes + 1 for body_bytes);
        here := here + root_bytes + body_bytes;
        number := number + 1;
        return next;
    end loop;
end
$$;
-- The log as people read it: one row an event.
create or replace view events as
select p.partition, e."position", e.stream, e.type, e.target, e.target_partition, e.target_key, e.previous, e.root,
       e.body
from pages p, page_events(p.first, p.names, p.packed) e;
