-- Find a membership by its organization and person from either side.
-- breaking: no

-- As good as the index on (user_id, organization_id) for a pair: a planner that has no statistics
-- yet, as in the first backfill, picks either. The one on organization_id alone let it read every
-- member of the organization.
-- A deployment is one transaction, so neither can be done concurrently.
-- squawk-ignore require-concurrent-index-creation
create index organization_memberships_organization_id_user_id_idx
on workos.organization_memberships (organization_id, user_id);
-- squawk-ignore require-concurrent-index-deletion
drop index workos.organization_memberships_organization_id_idx;
