-- The log as people read it: one row an event.
create or replace view events as
select p.partition,
       p.first + e.n - 1                  as position,
       e.stream,
       p.names[e.type]                    as type,
       p.names[nullif(e.target, 0)]       as target,
       case when e.target > 0 then e.target_partition end as target_partition,
       case when e.target > 0 then coalesce(e.key, e.stream) end as target_key,
       nullif(e.previous, 0)              as previous,
       e.root,
       e.body
from pages p,
     unnest(p.streams, p.types, p.targets, p.target_partitions, p.keys, p.previous, p.roots, p.bodies)
         with ordinality as e (stream, type, target, target_partition, key, previous, root, body, n);
