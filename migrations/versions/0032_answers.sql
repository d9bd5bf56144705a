-- Make way for telling when WorkOS was asked for a page, and whether a list is gone.
-- breaking: no

-- Its own file makes it again in this transaction: with asked_ago.
-- squawk-ignore ban-drop-function
drop function if exists sync.receive_page(text, text, boolean);
-- And with an answer: whether the list is gone.
-- squawk-ignore ban-drop-function
drop function if exists sync.fail_list(bigint, text, text, boolean);
