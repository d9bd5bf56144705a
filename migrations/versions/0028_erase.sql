-- Make way for erasing people and organizations.
-- breaking: no

create type sync.erasure as (relation text, action text, number bigint);
comment on type sync.erasure is
'What an erasure did to a table: deleted, blanked (the row stays, without the name) or added.';

-- Their own files make them again in this transaction: for many ids, and with what was erased.
-- squawk-ignore ban-drop-function
drop function if exists authz.put_tombstone(text);
-- squawk-ignore ban-drop-function
drop function if exists sync.store_event(sync.event, text);
