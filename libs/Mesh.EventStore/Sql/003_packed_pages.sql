-- The log. A page is what a partition's loop decided between two commits: one row, arrays in step, the event i at
-- position first + i. `types` and `targets` are indices from 1 into `names`; target 0: the event stays here.
create table if not exists pages (
    partition         integer not null,
    first             bigint not null,
    names             text[] not null,
    streams           text[] not null,
    types             smallint[] not null,
    targets           smallint[] not null,
    target_partitions smallint[] not null,
    keys              text[] not null,
    previous          bigint[] not null,
    roots             bytea[] not null,
    bodies            bytea[] not null,
    primary key (partition, first)
);
-- Large arrays go out of line as they are: compressing them would cost more than it saves.
alter table pages
    alter column streams set storage external,
    alter column types set storage external,
    alter column targets set storage external,
    alter column target_partitions set storage external,
    alter column keys set storage external,
    alter column previous set storage external,
    alter column roots set storage external,
    alter column bodies set storage external;
-- Nobody searches inside the arrays: statistics on them would have ANALYZE read and take apart what it samples. The
-- table only grows, so that vacuuming it after inserts finds nothing to do but freezing, which comes in its own time.
alter table pages
    alter column names set statistics 0,
    alter column streams set statistics 0,
    alter column types set statistics 0,
    alter column targets set statistics 0,
    alter column target_partitions set statistics 0,
    alter column keys set statistics 0,
    alter column previous set statistics 0,
    alter column roots set statistics 0,
    alter column bodies set statistics 0;
alter table pages set (autovacuum_vacuum_insert_threshold = -1, toast.autovacuum_vacuum_insert_threshold = -1);
