-- Let the history say since when each version was known, and as-of reads what they do not know.
-- breaking: no

-- Null in rows of before: those were known when they were kept, at the latest.
alter table sync.history add column synced_at timestamptz;
comment on column sync.history.synced_at is
'Since when it was known here: when an event was applied, or when the request of a read began.';

-- Their own files make them again in this transaction: with synced_at, and with is_known.
-- squawk-ignore ban-drop-function
drop function if exists sync.object_versions(text, text);
-- squawk-ignore ban-drop-function
drop function if exists sync.object_as_of(text, text, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists sync.members_as_of(text, timestamptz);
