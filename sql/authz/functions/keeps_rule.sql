-- Tell whether the value of one claim keeps its rule.
-- Flow: called by authz.check_claims for each rule of authz.claim_rules.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing; null only for a null rule.
-- Why: the Python verifier reads the same rules; this is the other half of that one table.
set local role orgscope_sealer;

create or replace function authz.keeps_rule(rule jsonb, value jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type constant text := rule ->> 'type';
  v_is constant text := jsonb_typeof(value);
  v_items jsonb;
begin
  if value is null then
    return (rule -> 'required')::boolean is not true;
  elsif v_is = 'null' then
    return (rule -> 'nullable')::boolean is true;
  elsif v_type = 'number' then
    return (v_is = 'number' and value #>> '{}' ~ '^[0-9]{1,11}$') is true;
  elsif v_type = 'object' then
    return v_is = 'object' and not exists (
      select from jsonb_array_elements(coalesce(rule -> 'members', '[]')) as m (rule)
      where authz.keeps_rule(m.rule, value -> (m.rule ->> 'claim')) is not true
    );
  elsif v_is = 'array' and v_type in ('strings', 'string_or_strings') then
    v_items := value;
  elsif v_is = 'string' and v_type in ('string', 'string_or_strings') then
    v_items := jsonb_build_array(value);
  else
    return false;
  end if;
  return (jsonb_array_length(v_items) <= coalesce((rule ->> 'max_items')::integer, 1000)) is true
    and not exists (
      select from jsonb_array_elements(v_items) as i (item)
      where (jsonb_typeof(i.item) = 'string') is not true
        or (length(i.item #>> '{}') <= coalesce((rule ->> 'max_length')::integer, 1000)) is not true
        or (i.item #>> '{}' ~ coalesce(rule ->> 'pattern', '')) is not true
    );
end
$$;

comment on function authz.keeps_rule(jsonb, jsonb)
is 'Tell whether the value of one claim keeps its rule.';
revoke all on function authz.keeps_rule(jsonb, jsonb) from public;
