-- Who this database is. A position never repeats: its upper 16 bits are the incarnation.
create table if not exists store (
    is_only     boolean primary key default true check (is_only),
    store_id    uuid not null default gen_random_uuid(),
    incarnation smallint not null default 1 check (incarnation > 0)
);
insert into store default values on conflict do nothing;
