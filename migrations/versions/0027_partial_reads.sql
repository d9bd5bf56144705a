-- Let a read of WorkOS say that it leaves fields out.
-- breaking: no

-- Its own file makes it again in this transaction, with one more argument that has a default.
-- squawk-ignore ban-drop-function
drop function if exists sync.apply_read(text, text, timestamptz);
