-- How far the states of a partition are written, and how many rows they are. Nothing is written yet: the checkpoint
-- stands before the first position of the incarnation, whose number is the upper 16 of its 64 bits.
alter table partitions
    add column if not exists checkpoint bigint not null default 0,
    add column if not exists states bigint not null default 0;
update partitions set checkpoint = (select incarnation::bigint << 48 from store);
alter table partitions alter column checkpoint drop default;
