-- Note where the mirror differed from a page of a list, and return how often it was wrong.
-- Flow: called by sync.apply_page for a reconcile.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: what changed after the point up to which the feed was read is behind, and no difference: its
--      event is under way. What has no time, such as a member of a group, may be that as well, and
--      is suspected. A tombstone or a later version of what WorkOS lists cannot be told from a list
--      that is late, so WorkOS is asked for the object itself.
set local role orgscope_definer;

create or replace function sync.note_differences(
  run sync.runs,
  family sync.families,
  differences jsonb,
  payloads jsonb[],
  read_at timestamptz
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fed_up_to constant timestamptz := coalesce(
    (select greatest(f.cursor_at, f.head_at - interval '1 minute') from sync.feeds as f),
    now() - interval '10 minutes'
  );
  v_found integer;
begin
  insert into sync.differences as d (
    run_id, family, object_id, organization_id, kind, fields, state
  )
  select
    run.run_id, family.name, n.object_id,
    case when family.name = 'organization' then n.object_id else n.organization_id end,
    n.kind, n.fields,
    case
      when n.since > v_fed_up_to then 'behind' when run.repair then 'mended'
      when n.since = '-infinity' then 'suspected' else 'found'
    end
  from jsonb_to_recordset(differences) as n (
    object_id text, kind text, fields text[], since timestamptz, organization_id text
  )
  on conflict on constraint differences_pkey do nothing;
  get diagnostics v_found = row_count;
  execute format(
    'insert into sync.differences (run_id, family, object_id, organization_id, kind, state)
     select
       $1, $2, t.id, t.raw ->> ''organization_id'',
       case when t.deleted_at is null then ''newer'' else ''deleted'' end, ''suspected''
     from unnest($3) as p
     inner join %s as t on t.id = p ->> ''id''
     where t.synced_at < $4
       and (
         t.deleted_at is not null
         or t.source_updated_at > sync.read_time(p ->> ''updated_at'')
       )
     on conflict on constraint differences_pkey do nothing', family.relation
  ) using run.run_id, family.name, payloads, read_at;
  return v_found;
end
$$;

comment on function sync.note_differences(
  sync.runs, sync.families, jsonb, jsonb[], timestamptz
)
is 'Note where the mirror differed from a page of a list.';
revoke all on function sync.note_differences(
  sync.runs, sync.families, jsonb, jsonb[], timestamptz
) from public;
