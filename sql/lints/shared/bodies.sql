-- Return the bodies, cut into words, of the functions that policies reach: those that are strings.
--      (class, object, words)
-- Flow: read by settings, fallbacks and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: edges has a body once for each caller. A body of `begin atomic` has nodes instead.
-- uses: edges
select distinct e.callee_class as class, e.callee as object, e.words
from edges as e
where e.words is not null
