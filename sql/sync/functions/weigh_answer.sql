-- Weigh what WorkOS shows of an object against a suspicion: refuted, wrong or late.
-- Flow: called by sync.settle_difference. wrong is what the mirror has, late what
--       WorkOS answered; body is null when WorkOS has no such object.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101 for an odd body.
-- Why: that an event brought a version, or a delete, proves that there was one, so an answer that
--      knows nothing of it is late and must not give anybody access back. But an event may be wrong
--      as well: what WorkOS still shows 12 hours after it came is right, however old it is. The
--      next daily reconcile then mends it.
set local role orgscope_definer;

create or replace function sync.weigh_answer(
  difference sync.differences,
  body text,
  read_at timestamptz
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind constant text := difference.kind;
  v_family sync.families;
  v_row record;
  v_parsed record;
  v_compared record;
  v_is_older boolean;
begin
  select f.* into strict v_family from sync.families as f where f.name = difference.family;
  execute format(
    'select
       t.deleted_at is not null as is_dead, t.source_updated_at, t.event_id, t.origin, t.synced_at
     from %s as t where t.id = $1', v_family.relation
  ) into v_row using difference.object_id;
  if (v_kind = 'orphan') <> (body is null)
    or v_row.is_dead is distinct from (case when v_kind <> 'missing' then v_kind = 'deleted' end)
    or v_kind = 'newer' and v_row.synced_at >= read_at
  then
    return 'refuted';
  elsif v_kind = 'deleted' then
    v_is_older := v_row.origin in ('webhook', 'feed');
  elsif v_kind = 'newer' then
    v_parsed := sync.parse_object(body);
    v_is_older := sync.read_time(v_parsed.value ->> 'updated_at') < v_row.source_updated_at;
    if not v_is_older then
      v_compared := sync.compare_objects(
        v_family, sync.keep_unerased(v_family, array[v_parsed.value], sync.erased_in(body)),
        ('', read_at, 'api', false, v_parsed.lossy, null)
      );
      if v_compared.failed = 0 and v_compared.differences = '[]' then
        return 'refuted';
      end if;
    end if;
  end if;
  return case
    when v_is_older and v_row.event_id <> '' and v_row.synced_at > read_at - interval '12 hours'
      then 'late'
    else 'wrong'
  end;
end
$$;

comment on function sync.weigh_answer(sync.differences, text, timestamptz)
is 'Weigh what WorkOS shows of an object against a suspicion: refuted, wrong, or late.';
revoke all on function sync.weigh_answer(sync.differences, text, timestamptz) from public;
