-- Count of a task only the failures that say something about it.
-- breaking: no

alter table sync.tasks add column failures integer not null default 0;
comment on column sync.tasks.failures is
'How many attempts failed by what will not pass by itself; too many make a dead letter.';

-- Its own file makes it again in this transaction: with sqlstate and passes.
-- squawk-ignore ban-drop-function
drop function if exists sync.fail_task(text, text, integer, text, interval, integer);
