-- One row says all that must agree about a partition: who owns it, where its log ends, what it has read and relayed.
-- Half of each page is left free, so that the update of every commit stays on the page (HOT).
create table if not exists partitions (
    partition integer primary key,
    owner     uuid,
    epoch     bigint not null default 0,
    head      bigint not null,
    relayed   bigint not null,
    inputs    bytea not null default '',
    sent      bytea not null default ''
) with (fillfactor = 50);
