-- What folding the log up to `position` gave, by key; a large state lies in several parts. Written behind the log and
-- never backwards: a row that is missing or damaged is folded again. Keys compare by byte, whatever the database's
-- language.
create table if not exists states (
    partition integer not null,
    key       text collate "C" not null,
    part      integer not null,
    position  bigint not null,
    fold      integer not null,
    pinned    boolean not null,
    bytes     bytea not null,
    checksum  integer not null,
    primary key (partition, key, part)
) with (fillfactor = 75);
create index if not exists states_pinned on states (partition, key, part) where pinned;
-- Bytes go out of line as they are: compressing them would cost more than it saves. Nobody searches in them:
-- statistics would have ANALYZE read and take apart what it samples.
alter table states
    alter column bytes set storage external,
    alter column bytes set statistics 0;
-- The same rows are written again and again. Room on each page keeps most new versions there (HOT); what does not fit
-- or lies out of line is vacuumed when it is a twentieth, not a fifth, so that neither table grows far beyond what is
-- alive.
alter table states set (
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_insert_threshold = -1,
    toast.autovacuum_vacuum_scale_factor = 0.05,
    toast.autovacuum_vacuum_insert_threshold = -1);
