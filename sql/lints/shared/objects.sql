-- Return the policies for requests, and the functions that policies call, as what a finding names.
--      (kind, class, oid, identity)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a mistake in how a claim is read may stand in either.
-- uses: policies, helpers
select 'policy' as kind, 'pg_policy'::regclass::oid as class, p.oid, p.identity
from policies as p
where p.is_for_requests
union all
select 'function', 'pg_proc'::regclass, h.oid, h.identity from helpers as h
