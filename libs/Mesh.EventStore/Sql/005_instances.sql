-- Who is alive: each instance raises its counter several times a second. Whoever saw a counter stand still for long
-- enough may take over what its instance owns.
create table if not exists instances (
    instance uuid primary key,
    address  text not null,
    counter  bigint not null,
    rates    real[] not null
) with (fillfactor = 20);
-- A beat touches no indexed column and finds room on its page (HOT), so that the next one clears up after it; rates
-- stay in the row, where a new version costs no writes to a second table (1,024 of them fit).
alter table instances alter column rates set storage plain;
-- A handful of rows, always found by key: statistics would serve nobody, and ANALYZE would run every minute for ever.
-- Vacuum follows the number of dead rows alone: a fraction of a handful is always reached.
alter table instances alter column rates set statistics 0;
alter table instances set (
    autovacuum_analyze_threshold = 2147483647,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0);
