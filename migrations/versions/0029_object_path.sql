-- Make way for paths that may show another object.
-- breaking: no

-- Its own file makes it again in this transaction: with expected_id.
-- squawk-ignore ban-drop-function
drop function if exists sync.object_path(text, text);
