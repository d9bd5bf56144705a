"""The functions that policies call, themselves or by another one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.catalogue.policies import PolicyInfo
from orgscope.project import CORE_SCHEMAS

__all__ = [
    "Helper",
    "beside_texts",
    "definer_texts",
    "entitling_texts",
    "policy_texts",
    "read_helpers",
]

_HELPERS: Final = r"""
with recursive direct as (
  select d.classid, d.objid, coalesce(o.oprcode, d.refobjid) as oid
  from pg_catalog.pg_depend as d
  left join pg_catalog.pg_operator as o
    on d.refclassid = 'pg_operator'::regclass and d.refobjid = o.oid
  where d.refclassid = 'pg_proc'::regclass or o.oid is not null
  union all
  select 'pg_proc'::regclass, p.oid, f.oid
  from pg_catalog.pg_proc as p
  inner join pg_catalog.pg_namespace as s on p.pronamespace = s.oid
  cross join pg_catalog.pg_proc as f
  inner join pg_catalog.pg_namespace as n on f.pronamespace = n.oid
  where s.nspname = any (%(schemas)s) and s.nspname <> all (%(core)s)
    and n.nspname = any (%(schemas)s) and p.prosqlbody is null
    and p.prosrc ~ format('\m%%s[.]%%s[ ]*[(]', n.nspname, f.proname)
),
called as (
  select p.polrelid, p.polroles, d.oid
  from pg_catalog.pg_policy as p
  inner join pg_catalog.pg_class as c on p.polrelid = c.oid
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  inner join direct as d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
  where n.nspname = any (%(schemas)s)
  union
  select r.polrelid, r.polroles, d.oid
  from called as r
  inner join direct as d on d.classid = 'pg_proc'::regclass and d.objid = r.oid
)
select
  f.oid::regprocedure::text, pg_get_functiondef(f.oid), pg_get_function_result(f.oid),
  pg_get_userbyid(f.proowner)::text, l.lanname = 'plpgsql',
  array(select format('%%s.%%s', n.nspname, c.relname)
        from called as r
        inner join pg_catalog.pg_class as c on r.polrelid = c.oid
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        where r.oid = f.oid group by 1 order by 1),
  array(select pg_get_userbyid(w.role)::text
        from called as r cross join lateral unnest(r.polroles) as w (role)
        where r.oid = f.oid group by 1 order by 1)
from pg_catalog.pg_proc as f
inner join pg_catalog.pg_language as l on f.prolang = l.oid
inner join pg_catalog.pg_namespace as n on f.pronamespace = n.oid
where f.oid in (select r.oid from called as r) and n.nspname = any (%(schemas)s)
order by 1
"""
"""Of a body that is a string PostgreSQL records no dependency, so a project's are searched."""

_TRIGGERS: Final = """
select format('%s.%s', n.nspname, c.relname), pg_get_triggerdef(t.oid)
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_class as c on t.tgrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where not t.tgisinternal and t.tgqual is not null
order by 1, 2
"""
_FIRED_BY: Final = """
select distinct t.tgfoid::regprocedure::text, format('%s.%s', n.nspname, c.relname)
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_class as c on t.tgrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where not t.tgisinternal
order by 1, 2
"""
_COMPARED: Final = re.compile(
    r"""[\w.]+ \)? (?:::[\w ]+)? \s* (?:<>|!=|[<>]=?|=|!?~~?\*?|\bi?like\b) \s*
    \(? (?:'(?:[^']|'')*'|-?\d+(?:\.\d+)?
    |[\w.]+ (?:\(\))? \s* [-+] \s* (?:interval\s*)? '[^']*') \)? (?:::[\w ]+)?""",
    re.VERBOSE | re.IGNORECASE,
)
"""A column, or what is made of it, beside a literal, or beside a time that is an interval away."""
_ENTITLING: Final = re.compile(
    r"""\bauthz[.](?:role|permissions|has_permission|claims|claims_or_null)\b[^';]{0,80}'[^']*'
    |'[^']*'[^';]{0,40}\bauthz[.](?:role|permissions)\b""",
    re.VERBOSE,
)
"""What a claim is compared with."""
_WHEN: Final = re.compile(r".* WHEN \((?P<condition>.*)\) EXECUTE .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that policies call, themselves or by another one."""

    signature: str
    definition: str
    result: str
    owner: str
    is_plpgsql: bool
    tables: tuple[str, ...]
    """The tables whose policies call it."""
    roles: tuple[str, ...]
    """The roles of these policies."""

    @property
    def is_core(self) -> bool:
        """True for a function of orgscope itself."""
        return self.signature.partition(".")[0] in CORE_SCHEMAS


def read_helpers(connection: psycopg.Connection[Any], schemas: Sequence[str]) -> list[Helper]:
    """Read the helpers of the schemas' policies, by signature."""
    found = connection.execute(
        _HELPERS, {"schemas": list(schemas), "core": list(CORE_SCHEMAS)}
    ).fetchall()
    return [
        Helper(signature, definition, result, owner, is_plpgsql, tuple(tables), tuple(roles))
        for signature, definition, result, owner, is_plpgsql, tables, roles in found
    ]


def definer_texts(
    connection: psycopg.Connection[Any], functions: Iterable[FunctionInfo]
) -> list[str]:
    """Return the security definers of projects, each after the tables whose triggers call it."""
    tables: dict[str, list[str]] = defaultdict(list)
    for procedure, table in connection.execute(_FIRED_BY).fetchall():
        tables[procedure].append(table)
    return [
        "\n".join((*tables[one.procedure], one.definition))
        for one in functions
        if one.definer and one.name.partition(".")[0] not in CORE_SCHEMAS
    ]


def entitling_texts(definers: Iterable[str]) -> list[str]:
    """Return what security definers compare roles, permissions and other claims with."""
    return [found for one in definers for found in _ENTITLING.findall(one)]


def beside_texts(
    connection: psycopg.Connection[Any], definers: Sequence[str], tables: Iterable[str]
) -> dict[str, list[str]]:
    """Return, for each table, what decides beside its policies what happens to which row.

    When a trigger fires, and what a security definer compares with a value.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    for table, definition in connection.execute(_TRIGGERS).fetchall():
        texts[table].append(_WHEN.sub(r"\g<condition>", definition))
    for table in tables:
        name = re.compile(rf"\b{re.escape(table)}\b")
        for definer in filter(name.search, definers):
            texts[table] += _COMPARED.findall(definer)
    return texts


def policy_texts(policies: Iterable[PolicyInfo], helpers: Iterable[Helper]) -> dict[str, list[str]]:
    """Return, for each table, what its policies say, and the functions of projects behind them.

    So do the policies of another table that read it: they may ask for a row that has something.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    for policy in policies:
        texts[policy.table] += (policy.using, policy.check)
    for helper in helpers:
        for table in () if helper.is_core else helper.tables:
            texts[table].append(helper.definition)
    own = {table: tuple(found) for table, found in texts.items()}
    for table in own:
        name = re.compile(rf"\b{re.escape(table)}\b")
        texts[table] += (
            text
            for other, found in own.items()
            for text in found
            if other != table and name.search(text)
        )
    return texts
