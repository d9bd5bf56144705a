-- Make sure that the mirror has the organization memberships of children, and hold them.
-- Flow: called by the upserts of their children before they write, with all their payloads.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload does not name its organization membership and has to.
-- Why: nobody waits for a parent: a stub stands in until its event comes. The share lock makes a
--      delete of the parent and a child that arrives meanwhile see each other. Locks are taken in
--      one order: parents before children, each kind by id, a task after the row it is about.
set local role orgscope_definer;

create or replace function sync.hold_organization_memberships(
  payloads jsonb[],
  name text default 'organization_membership_id',
  optional boolean default false
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids constant text[] := sync.parent_ids(payloads, name, optional);
  v_held integer;
  v_deleted jsonb;
  v_stub text;
begin
  loop
    select count(*), coalesce(jsonb_object_agg(h.id, h.deleted_at) filter (where h.deleted), '{}')
    into v_held, v_deleted
    from (
      select p.id, p.deleted_at, p.deleted_at is not null as deleted
      from workos.organization_memberships as p where p.id = any (v_ids) order by p.id for share
    ) as h;
    exit when v_held = cardinality(v_ids);
    for v_stub in
      insert into workos.organization_memberships (id, origin)
      select i.id, 'stub' from unnest(v_ids) as i (id)
      on conflict on constraint organization_memberships_pkey do nothing
      returning id
    loop
      perform sync.add_task(
        'refetch', concat_ws(':', 'organization_membership', v_stub), interval '1 minute'
      );
    end loop;
  end loop;
  return v_deleted;
end
$$;

comment on function sync.hold_organization_memberships(jsonb[], text, boolean)
is 'Make sure that the mirror has the organization memberships of children, and hold them.';
revoke all on function sync.hold_organization_memberships(jsonb[], text, boolean) from public;
