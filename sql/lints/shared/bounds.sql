-- Return whether each branch of a policy's condition keeps rows to a tenant or a person.
--      (policy, clause, is_bound, is_asked, has_comparison): as truths has it, each policy has the
--      clauses of its command. is_asked: each branch is bound, or asks who is there otherwise, as
--      for a role of staff.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: one operand of an `and` is enough, of an `or` all must bind; under a `not` it is the other
--      way round. The skeleton of and, or and not is written as a word, once for each of the two
--      questions, and its innermost brackets are replaced until none is left.
-- uses: policies, terms, bindings
with recursive signs as (
  select
    t.policy, t.clause, q.question, t.place, t.ends, b.has_comparison,
    case
      when t.node <> 'BOOLEXPR' then case when q.is_answered then 't' else 'f' end
      when t.variant = 'not' then '!('
      when (t.variant = 'and') <> t.is_negated then '&('
      else '|('
    end as sign
  from terms as t
  left join bindings as b on t.tree = b.tree and t.place = b.place
  cross join lateral (
    values ('bound', b.is_bound), ('asked', b.is_asked)
  ) as q (question, is_answered)
),

words as (
  select w.policy, w.clause, w.question, string_agg(w.sign, '' order by w.place) as word,
    bool_or(w.has_comparison) is true as has_comparison
  from (
    select s.policy, s.clause, s.question, s.place, s.sign, s.has_comparison from signs as s
    union all
    select s.policy, s.clause, s.question, s.ends, ')', null from signs as s where s.sign ~ '[(]'
  ) as w
  group by w.policy, w.clause, w.question
  union all
  select w.policy, w.clause, w.question, regexp_replace(
    regexp_replace(w.word, '&[(]f*t[tf]*[)]|[|][(]t+[)]|![(]t[)]', 't', 'g'),
    '&[(]f+[)]|[|][(]t*f[tf]*[)]|![(]f[)]', 'f', 'g'
  ), w.has_comparison
  from words as w
  where w.word ~ '[(]'
)

select
  p.oid as policy, c.clause, bool_or(w.word = 't' and w.question = 'bound') as is_bound,
  bool_or(w.word = 't' and w.question = 'asked') as is_asked,
  bool_or(w.has_comparison) as has_comparison
from policies as p
cross join lateral (
  values ('using', 'using'), ('check', case when p.check_text is null then 'using' else 'check' end)
) as c (clause, stored)
inner join words as w on p.oid = w.policy and c.stored = w.clause and w.word !~ '[(]'
where c.clause = 'using' or p.command not in ('select', 'delete')
group by p.oid, c.clause
