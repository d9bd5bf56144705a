-- Open a cursor over the inbox and one over each mirror table, all of them as of one moment.
-- Flow: orgscope rebuild, for the original and for what it made; fetch from each by its name. The
--       first row is the inbox. seed shuffles the events; else they come in the order received.
-- Runs as: orgscope_definer, definer.
-- Raises: WS301 without a context, WS321 for anybody but an administrator.
-- Why: stable, so that all cursors have the snapshot of the one call: the mirror is that of exactly
--      these events, whatever comes in meanwhile. A row goes with what became of its event: erased,
--      or null when it was purged; is_past says that the row itself is due to be.
set local role orgscope_definer;

create or replace function sync.open_copy(seed text default null)
returns table (name text, rows refcursor, parents jsonb, read_keys text[])
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family sync.families;
begin
  if (authz.is_privileged('admin')) is not true then
    raise exception using
      errcode = 'WS321',
      message = 'only an administrator who gave a reason may read the inbox',
      hint = 'Connect as that login, and call authz.begin_privileged(reason) first.';
  end if;
  name := 'inbox';
  rows := 'orgscope_inbox';
  open rows no scroll for
    select i.body, i.source, i.status = 'erased' as erased
    from sync.inbox as i
    order by
      case when seed is null then i.received_at end,
      case when seed is not null then md5(seed || i.id) end, i.id;
  return next;
  for v_family in
    select f.* from sync.families as f where to_regclass(f.relation) is not null order by f.name
  loop
    name := v_family.name;
    rows := 'orgscope_' || v_family.name;
    parents := v_family.parents;
    read_keys := sync.read_keys(v_family);
    open rows no scroll for execute format(
      'select
         t.id::text, t.raw::text, t.source_updated_at::text, t.deleted_at is not null as is_dead,
         t.origin,
         case when t.event_id = '''' then ''read''
           else coalesce((select i.status from sync.inbox as i where i.id = t.event_id), ''purged'')
         end as came_by,
         %s as is_past
       from %s as t order by t.id collate "C"',
      case
        when v_family.relation = 'workos.sessions'
          then 'least(t.deleted_at, t.expires_at, t.ended_at) < sync.sessions_kept_since()'
        else 'false'
      end,
      v_family.relation
    );
    return next;
  end loop;
end
$$;

comment on function sync.open_copy(text)
is 'Open a cursor over the inbox and one over each mirror table, all of them as of one moment.';
revoke all on function sync.open_copy(text) from public;
grant execute on function sync.open_copy(text) to orgscope_admin;
