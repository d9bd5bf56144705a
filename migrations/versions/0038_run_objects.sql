-- Say what sync.run_objects holds of a backfill.
-- breaking: no

comment on table sync.run_objects is
'What a run saw in lists: a reconcile all, a backfill what has lists of its own; empty at the end.';
