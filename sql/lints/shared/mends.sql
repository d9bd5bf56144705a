-- Return how to search under row security by what is not leakproof: (cause, mend).
-- Flow: read by lints, and by explain-cost.
-- Runs as: any login; reads nothing.
-- Raises: nothing.
-- Why: a lint finds the loss in an index, and explain-cost in a plan: the advice is the same.
select m.cause, m.mend
from (values
  ('numeric', 'store whole units (cents, thousandths) as bigint'),
  ('enum', 'store the state as text with a check'),
  (
    'pattern',
    'ask for a beginning with ^@, or search in a security definer function that has the tenant''s '
    'condition in it'
  ),
  (
    'function',
    'search by a stored generated column of type text, integer, uuid or timestamptz'
  ),
  (
    'other',
    'search in a security definer function that has the tenant''s condition in it, or take what is '
    'searched into a column of its own'
  )
) as m (cause, mend)
