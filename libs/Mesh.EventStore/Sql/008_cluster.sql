-- The Kafka cluster that the offsets in this database belong to; none yet.
alter table store add column if not exists cluster text;
