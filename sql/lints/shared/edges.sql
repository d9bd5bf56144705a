-- Return what policies and entries reach through functions and views.
--      (caller_class, caller, callee_class, callee, words); the caller 0 stands for all policies,
--      that of class pg_authid for what calls the entries.
--      `words` are the tokens of the callee's body, when that is a string of SQL or PL/pgSQL.
-- Flow: read by trees, helpers, settings, sources, around and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: pg_depend knows what `begin atomic` and views use. A body that is a string is cut into
--      tokens, comments left out. A name is looked up in its schema, else in each schema of the
--      function's search path, else in its own schema and public: before a parenthesis as a
--      function; behind from, join, into, update, only or table, or with a schema, as a relation.
--      Not seen: SQL that a body executes as text, what stands behind a comment within a comment,
--      functions of other languages, and policies and triggers of the relations that are read.
-- uses: policies, entries
with recursive edges (caller_class, caller, callee_class, callee, words) as (
  select s.class as start, 0::oid, s.class, 0::oid, null::text[] collate "C"
  from (values (0::oid), ('pg_authid'::regclass)) as s (class)
  union
  select e.callee_class, e.callee, t.class, t.oid, array(
    select m.word[1]
    from pg_catalog.pg_proc as f
    inner join pg_catalog.pg_language as l on f.prolang = l.oid and l.lanname in ('sql', 'plpgsql')
    cross join lateral regexp_matches(
      f.prosrc,
      $$--[^\n]*|/\*(?:[^*]|\*+[^*/])*\*+/|($$
      || $$e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'$$
      || $$|(?:"(?:[^"]|"")+"|[a-z_][\w$]*)(?:[.](?:"(?:[^"]|"")+"|[a-z_][\w$]*))*|[^\s])$$,
      'gi'
    ) with ordinality as m (word, place)
    where t.class = 'pg_proc'::regclass and f.oid = t.oid and f.prosqlbody is null
      and m.word[1] is not null
    order by m.place
  )
  from edges as e
  cross join lateral (
    -- By arrays, and not by joins: the index is asked once for each caller.
    select d.refclassid as class, d.refobjid as oid from pg_catalog.pg_depend as d
    where d.refclassid in ('pg_proc'::regclass, 'pg_class'::regclass)
      and d.classid = case e.callee_class
        when 0 then 'pg_policy'::regclass when 'pg_class'::regclass then 'pg_rewrite'::regclass
        else e.callee_class end
      and d.objid = any(case e.callee_class
        when 0 then array(select p.oid from policies as p)
        when 'pg_class'::regclass
          then array(select v.oid from pg_catalog.pg_rewrite as v where v.ev_class = e.callee)
        else array[e.callee] end)
    union
    select n.class, n.object from entries as n
    where e.callee_class = 'pg_authid'::regclass
    union
    select n.class, n.oid
    from (
      select
        w.word, lead(w.word) over (order by w.place) = '(' as is_call,
        lower(lag(w.word) over (order by w.place))
        in ('from', 'join', 'into', 'update', 'only', 'table') as is_source
      from unnest(e.words) with ordinality as w (word, place)
    ) as w
    cross join lateral (select parse_ident(w.word) as parts where w.word ~* '^["a-z_][^'']*$') as i
    inner join pg_catalog.pg_proc as f on e.callee = f.oid
    inner join pg_catalog.pg_namespace as s on s.nspname = any(
      case when cardinality(i.parts) > 1 then i.parts[:1] else coalesce(
        (select regexp_split_to_array(replace(substr(c.setting, 13), '"', ''), ',\s*')
         from unnest(f.proconfig) as c (setting) where c.setting like 'search_path=%'),
        array['public', f.pronamespace::regnamespace::text]
      ) end
    )
    cross join lateral (
      select 'pg_proc'::regclass as class, g.oid from pg_catalog.pg_proc as g
      where w.is_call and g.pronamespace = s.oid and g.proname = i.parts[cardinality(i.parts)]
      union all
      select 'pg_class', c.oid from pg_catalog.pg_class as c
      where (w.is_source or cardinality(i.parts) = 2) and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and c.relnamespace = s.oid and c.relname = i.parts[cardinality(i.parts)]
    ) as n
    where cardinality(i.parts) <= 2 and s.nspname <> 'pg_catalog'
  ) as t
)

select * from edges as e where e.callee <> 0
