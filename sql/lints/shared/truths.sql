-- Return what is constant of the policies' conditions.
--      (policy, clause, truth): true, false, or null where it depends on something; what is null in
--      SQL is false: it lets no row through.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `1 = 1 or x` is as true as `true`. The skeleton of and, or and not is written as a word of
--      t(rue), f(alse), n(ull) and u(nknown), and its innermost brackets are replaced until none is
--      left. Each policy has the clauses that its command has; the check of an update is its using
--      where it has no own one, and without an expression no row passes.
-- uses: policies, nodes, terms
with recursive leaves as (
  select
    t.tree, t.place, t.ends, t.policy, t.clause,
    case
      when t.node = 'BOOLEXPR' then
        case t.variant when 'and' then '&' when 'or' then '|' else '!' end || '('
      when t.node = 'CONST' then coalesce(left(t.constant, 1), 'n')
      when t.node = 'OPEXPR' and t.operator = '=' and count(a.place) = 2
        and bool_and(a.node = 'CONST' and a.constant is not null)
        then case
          when min(a.constant) = max(a.constant) then 't'
          when bool_and(a.type in (20, 21, 23, 25)) then 'f'
          else 'u'
        end
      else 'u'
    end as sign
  from terms as t
  left join nodes as a on t.tree = a.tree and t.place = a.parent
  group by t.tree, t.place, t.ends, t.policy, t.clause, t.node, t.variant, t.constant, t.operator
),

words as (
  select w.policy, w.clause, string_agg(w.sign, '' order by w.place) as word
  from (
    select l.policy, l.clause, l.place, l.sign from leaves as l
    union all
    select l.policy, l.clause, l.ends, ')' from leaves as l where l.sign ~ '[(]'
  ) as w
  group by w.policy, w.clause
  union all
  select w.policy, w.clause, regexp_replace(
    regexp_replace(
      regexp_replace(
        regexp_replace(
          w.word, '&[(]t+[)]|[|][(][fnu]*t[tfnu]*[)]|![(]f[)]', 't', 'g'
        ),
        '&[(][tnu]*f[tfnu]*[)]|[|][(]f+[)]|![(]t[)]', 'f', 'g'
      ),
      '&[(][tn]*n[tn]*[)]|[|][(][fn]*n[fn]*[)]|![(]n[)]', 'n', 'g'
    ),
    '&[(][tnu]*u[tnu]*[)]|[|][(][fnu]*u[fnu]*[)]|![(]u[)]', 'u', 'g'
  )
  from words as w
  where w.word ~ '[(]'
),

-- A clause that is not there is false, and so is one whose value is null.
stored as (
  select w.policy, w.clause, w.word from words as w where w.word !~ '[(]'
)

select
  p.oid as policy, c.clause,
  case w.word when 't' then true when 'u' then null else false end as truth
from policies as p
cross join lateral (
  values
  ('using', 'using', p.command <> 'insert'),
  ('check', case when p.check_text is null and p.command <> 'insert' then 'using' else 'check' end,
   p.command not in ('select', 'delete'))
) as c (clause, stored, is_had)
left join stored as w on p.oid = w.policy and c.stored = w.clause
where c.is_had
