-- Tell whether a version of an object replaces the one that is mirrored.
-- Flow: the guard of every upsert, in its on conflict … where.
-- Runs as: the caller; inlined into the upsert's plan.
-- Raises: nothing.
-- Why: the larger (updated_at, event id) wins, whatever order they come in; the same content is no
--      version; a delete wins and is final, because WorkOS never reuses an id.

create or replace function sync.supersedes(
  old_deleted_at timestamptz,
  old_updated_at timestamptz,
  old_event_id text,
  old_raw jsonb,
  new_deleted_at timestamptz,
  new_updated_at timestamptz,
  new_event_id text,
  new_raw jsonb
)
returns boolean
language sql
immutable
parallel safe
begin atomic
select old_deleted_at is null and (
  new_deleted_at is not null
  or (
    (new_updated_at, new_event_id collate "C") > (old_updated_at, old_event_id collate "C")
    and old_raw is distinct from new_raw
  )
);
end;

comment on function
sync.supersedes(timestamptz, timestamptz, text, jsonb, timestamptz, timestamptz, text, jsonb)
is 'Tell whether a version of an object replaces the one that is mirrored.';
revoke all on function
sync.supersedes(timestamptz, timestamptz, text, jsonb, timestamptz, timestamptz, text, jsonb)
from public;
grant execute on function
sync.supersedes(timestamptz, timestamptz, text, jsonb, timestamptz, timestamptz, text, jsonb)
to orgscope_definer;
