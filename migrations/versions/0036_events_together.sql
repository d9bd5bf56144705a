-- Let a change name several events, each with the object that it brings.
-- breaking: no

alter type sync.change add attribute events jsonb;
comment on column sync.change.events is
'Object id -> id and occurred_at of its event, where several came together; else null.';
