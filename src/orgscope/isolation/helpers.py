"""The functions that policies call, and their mutants."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.mutants import Mutant
from orgscope.isolation.policies import PolicyInfo
from orgscope.isolation.world import ORG_B, person
from orgscope.project import CORE_SCHEMAS

__all__ = ["Helper", "helper_mutants", "policy_texts", "read_helpers"]

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
_CONSTANTS: Final[dict[str, dict[str, str]]] = {
    "text": {"null": "null", "another organization": ORG_B, "another person": person("ben")},
    "boolean": {"null": "null", "true": "true", "false": "false"},
    "jsonb": {
        "null": "null",
        "an empty object": "{}",
        "the claims of another person": (
            f'{{"kind": "user", "org_id": "{ORG_B}", "user_id": "{person("ben")}"}}'
        ),
        "the claims of an administrator": '{"kind": "admin"}',
    },
}
"""What a helper may be made to return, whatever it is asked."""
_BODY: Final = re.compile(r"\n(?:AS \$\w*\$|BEGIN ATOMIC|RETURN ).*", re.DOTALL)
_LANGUAGE: Final = re.compile(r"LANGUAGE \w+", re.IGNORECASE)
_GUARD: Final = re.compile(
    r"^\s*(?:els)?if\b(?P<condition>.*?)\bthen\b", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


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


def helper_mutants(helpers: Sequence[Helper], role_prefix: str) -> Iterator[Mutant]:
    """Make the mutants of every helper: it returns a constant, or leaves a check out."""
    for helper in helpers:
        undo = (sql.SQL(helper.definition),)
        owner = helper.owner.removeprefix(f"{role_prefix}_")
        roles = tuple(role.removeprefix(f"{role_prefix}_") for role in helper.roles)
        for mistake, definition in (*_constants(helper), *_guards(helper)):
            yield Mutant(
                "function",
                f"function {helper.signature}",
                mistake,
                (sql.SQL(definition),),
                undo,
                owner,
                helper.tables,
                (helper.signature,),
                roles,
            )


def _constants(helper: Helper) -> Iterator[tuple[str, str]]:
    head = _LANGUAGE.sub("LANGUAGE sql", _BODY.sub("", helper.definition), count=1)
    for mistake, constant in _CONSTANTS.get(helper.result, {"null": "null"}).items():
        value = "null" if constant == "null" else sql.Literal(constant).as_string()
        yield f"returns {mistake}", f"{head}\nas $mutant$ select {value}::{helper.result} $mutant$"


def _guards(helper: Helper) -> Iterable[tuple[str, str]]:
    """Leave out each check of a PL/pgSQL body, one at a time."""
    if not helper.is_plpgsql:
        return
    for number, found in enumerate(_GUARD.finditer(helper.definition), start=1):
        begin, end = found.span("condition")
        yield (
            f"check {number} left out: {' '.join(found['condition'].split())}",
            f"{helper.definition[:begin]} false {helper.definition[end:]}",
        )
