do $$
begin
    if to_regclass('pages') is not null then
        raise exception 'The log of this database is in an older form that is no longer read: make the database anew'
            using hint = 'dotnet run --project AppHost -- --fresh';
    end if;
end
$$;
-- The log. A page is what a partition's loop decided between two commits: one row, the event i at position first + i.
-- `packed` holds the events one after the other as PackedEvents lays them out: what is written and read whole costs
-- least as one value. `names` holds each type and topic once.
create table pages (
    partition integer not null,
    first     bigint not null,
    events    integer not null check (events > 0),
    names     text[] not null,
    packed    bytea not null,
    primary key (partition, first)
);
-- Large pages go out of line as they are: compressing them would cost more than it saves.
alter table pages alter column packed set storage external;
-- Nobody searches inside: statistics would have ANALYZE read and take apart what it samples. The table only grows, so
-- that vacuuming it after inserts finds nothing to do but freezing, which comes in its own time.
alter table pages
    alter column names set statistics 0,
    alter column packed set statistics 0;
alter table pages set (autovacuum_vacuum_insert_threshold = -1, toast.autovacuum_vacuum_insert_threshold = -1);
