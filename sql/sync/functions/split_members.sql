-- Take the outermost array or object of a JSON text apart, however deep the rest is nested.
-- Flow: called by sync.split_list and sync.read_envelope for what is too deep for PostgreSQL.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing; of what is cut off there are no pieces, of other text that is no JSON some.
-- Why: one object that is nested deeper than the stack must not keep the others of its page back.
--      Only brackets, commas and strings are told apart, so that the text of each piece stays.
set local role orgscope_definer;

create or replace function sync.split_members(value text)
returns setof text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
  select btrim(string_agg(m.token, '' order by m.place), e' \t\n\r')
  from (
    select
      d.token, d.place, d.depth, sum(d.step) over () as open_at_end,
      count(*) filter (where d.token = ',' and d.depth = 1) over (order by d.place) as number
    from (
      select s.token, s.place, s.step, sum(s.step) over (order by s.place) as depth
      from (
        select
          t.found[1] as token, t.place,
          case when t.found[1] in ('[', '{') then 1 when t.found[1] in (']', '}') then -1 else 0 end
            as step
        from regexp_matches(
          value, replace('"(?:[^"~]|~.)*"|[][{},]|[^][{},"]+', '~', repeat(chr(92), 2)), 'g'
        ) with ordinality as t (found, place)
      ) as s
    ) as d
  ) as m
  where m.open_at_end = 0 and (m.depth > 1 or m.depth = 1 and m.token not in ('[', '{', ','))
  group by m.number
  order by m.number;
end;

comment on function sync.split_members(text)
is 'Take the outermost array or object of a JSON text apart, however deep the rest is nested.';
revoke all on function sync.split_members(text) from public;
