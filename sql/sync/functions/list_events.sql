-- Return events of the inbox that match every filter which is not null, the newest first.
-- Flow: orgscope inbox and orgscope trace. The next page begins where before_at and before_id,
--       received_at and id of the last row, say.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: never a body, nor a value out of one: of an error of class 22 the SQLSTATE alone. Each
--      source is read by its index, so that a page costs as much in a large inbox as in a small
--      one. task says whether the worker will try it again, or has given it up. What the feed had
--      first has a feed_lag, from when it occurred to when the feed brought it, and a webhook_lag,
--      from then to the webhook. What no webhook has brought after 5 minutes is a gap.
set local role orgscope_definer;

create or replace function sync.list_events(
  event_id text default null,
  event_type text default null,
  statuses text[] default null,
  object_id text default null,
  organization_id text default null,
  since timestamptz default null, until timestamptz default null,
  before_at timestamptz default null, before_id text default null,
  most integer default 50,
  gaps boolean default false
)
returns table (
  id text, type text, status text, attempts integer, task text, source text,
  occurred_at timestamptz, received_at timestamptz, tried_at timestamptz, error text,
  feed_lag interval, webhook_lag interval
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  select
    i.id::text, i.type, i.status, i.attempts,
    (
      select case when t.due_at = 'infinity' then 'dead' else 'waiting' end
      from sync.tasks as t where t.kind = 'event' and t.key = i.id
    ),
    i.source, i.occurred_at, i.received_at, i.tried_at,
    case when i.error like '22%' then left(i.error, 5) else i.error end,
    case when i.source = 'feed' then i.received_at - i.occurred_at end,
    i.delivered_at - i.received_at
  from unnest(array['webhook', 'feed']) as s (source)
  cross join lateral (
    select o.* from sync.inbox as o
    where o.source = s.source
      and (event_id is null or o.id = event_id)
      and (event_type is null or o.type = event_type)
      and (statuses is null or o.status = any (statuses))
      and (since is null or o.received_at >= since)
      and (until is null or o.received_at < until)
      and (gaps is not true or o.source = 'feed' and o.delivered_at is null
        and o.occurred_at < now() - interval '5 minutes')
      and (before_at is null or (o.received_at, o.id) < (before_at, before_id))
      and case
        when object_id is null and organization_id is null then true
        else sync.body_names(o.body, object_id, organization_id)
      end
    order by o.received_at desc, o.id desc
    limit most
  ) as i
  order by i.received_at desc, i.id desc
  limit most;
end
$$;

comment on function sync.list_events(
  text, text, text[], text, text, timestamptz, timestamptz, timestamptz, text, integer, boolean
)
is 'Return events of the inbox that match every filter which is not null.';
revoke all on function sync.list_events(
  text, text, text[], text, text, timestamptz, timestamptz, timestamptz, text, integer, boolean
) from public;
grant execute on function sync.list_events(
  text, text, text[], text, text, timestamptz, timestamptz, timestamptz, text, integer, boolean
) to orgscope_sync;
