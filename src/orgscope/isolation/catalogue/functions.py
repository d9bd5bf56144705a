"""Who may execute which function: a security-definer function is a way around row security."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import Contract

__all__ = ["FunctionInfo", "assert_functions", "read_functions"]

# Only the signatures of these are written: that of a function takes longer than to find it.
_FUNCTIONS: Final = """
with under_test as materialized (
  select p.oid, n.nspname
  from pg_catalog.pg_proc as p
  inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
  where n.nspname = any (%(schemas)s)
)
select
  p.oid, format('%%s.%%s', n.nspname, p.proname),
  format('%%s.%%s(%%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)),
  p.oid::regprocedure::text, p.prorettype::regtype::text, pg_get_userbyid(p.proowner)::text,
  p.prosecdef and p.prosqlbody is null,
  (select substr(c.setting, 13) from unnest(p.proconfig) as c (setting)
   where c.setting like 'search_path=%%'),
  p.prokind::text, p.prosecdef, p.proretset, p.pronargdefaults,
  array(select array[coalesce(a.name, ''), format_type(a.type, null)]
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes)
          with ordinality as a (type, name, mode, place)
        where coalesce(a.mode, 'i') in ('i', 'b', 'v') order by a.place),
  array(select array[coalesce(a.name, ''), format_type(a.type, null)]
        from unnest(p.proallargtypes, p.proargnames, p.proargmodes) as a (type, name, mode)
        where a.mode = 'o' and p.prokind = 'p'),
  array(select coalesce(r.rolname::text, 'public') || o.option
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
        inner join (values ('', false), (', with grant option,', true)) as o (option, is_grantable)
          on a.is_grantable or not o.is_grantable
        left join pg_catalog.pg_roles as r on a.grantee = r.oid),
  case when p.prokind in ('f', 'p') then pg_get_functiondef(p.oid) else '' end
from under_test as n
inner join pg_catalog.pg_proc as p on n.oid = p.oid
where (%(only)s::text[] is null or n.oid::regprocedure::text = any (%(only)s))
  and not exists (select from pg_catalog.pg_depend as d
                  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
order by 3
"""


_FIRED: Final = ("trigger", "event_trigger")
PINNED: Final = "pg_catalog, pg_temp"
"""The search path of a security definer: nobody can put an object of theirs in its way."""
OWNERS: Final = ("owner", "definer", "sealer")
"""Who may own a function: a security definer has its owner's rights."""


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """One function or procedure."""

    oid: int
    name: str
    signature: str
    procedure: str
    """The signature as a statement names it."""
    result: str
    owner: str
    looks_up_as_owner: bool
    """True for a security definer whose names are looked up when it runs (not begin atomic)."""
    search_path: str | None
    kind: str
    """``f`` for a function, ``p`` for a procedure; others are aggregates and window functions."""
    definer: bool
    gives_rows: bool
    """True when it returns a set."""
    defaults: int
    """How many of the last parameters need no value."""
    parameters: tuple[tuple[str, str], ...]
    """The name and the type of each, the name empty when it has none."""
    outputs: tuple[tuple[str, str], ...]
    """What a CALL of a procedure names besides, and gives no value."""
    grantees: frozenset[str]
    definition: str = field(compare=False, repr=False)
    """The statement that makes it, empty for an aggregate; what was put back comes last in it."""

    @property
    def is_procedure(self) -> bool:
        """True for what is called by CALL."""
        return self.kind == "p"

    @property
    def required(self) -> tuple[tuple[str, str], ...]:
        """The parameters that need a value."""
        return self.parameters[: len(self.parameters) - self.defaults]

    @property
    def can_be_called(self) -> bool:
        """True for what a statement can call by itself: no aggregate, and no trigger's function."""
        return self.kind in {"f", "p"} and self.result not in _FIRED


def read_functions(
    connection: psycopg.Connection[Any], schemas: Sequence[str], only: Sequence[str] | None = None
) -> list[FunctionInfo]:
    """Read the functions of the schemas, by signature; ``only`` limits the procedures."""
    names = {"schemas": list(schemas), "only": None if only is None else list(only)}
    found = connection.execute(_FUNCTIONS, names).fetchall()
    functions = []
    for *rest, parameters, outputs, grantees, definition in found:
        pairs = _pairs(parameters), _pairs(outputs)
        facts: Any = (*rest, *pairs, frozenset(grantees), definition)
        functions.append(FunctionInfo(*facts))
    return functions


def _pairs(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name, kind in found)


def assert_functions(
    contract: Contract, functions: Sequence[FunctionInfo], role_prefix: str
) -> tuple[list[Finding], int]:
    """Return how the grants differ from the contract, and how many were compared."""
    findings: list[Finding] = []
    known = {one.name for one in functions}
    for role, names in sorted(contract.functions.items()):
        findings += [
            Finding(name, f"is in the contract of {role} and not in the database")
            for name in sorted(set(names) - known)
        ]
    compared = 0
    sampled = {name: set(sample) for name, sample in contract.samples.items() if name in known}
    owners = [f"{role_prefix}_{word}" for word in OWNERS]
    tenant_columns = {one.organization_column for one in contract.tables.values()} - {None, "id"}
    for one in functions:
        wanted = {
            f"{role_prefix}_{role}"
            for role, names in contract.functions.items()
            if one.name in names
        }
        compared += 2 + len(wanted | one.grantees)
        names = {name or f"${place}" for place, (name, _) in enumerate(one.parameters, 1)}
        sampled.get(one.name, set()).difference_update(names)
        if one.owner not in owners:
            problem = f"is owned by {one.owner} and not by {' or '.join(owners)}"
            findings.append(Finding(one.signature, problem, is_leak=True))
        if one.looks_up_as_owner and one.search_path != PINNED:
            problem = f"is a security definer, and its search path is not {PINNED}"
            findings.append(Finding(one.signature, problem, is_leak=True))
        if one.definer and f"{role_prefix}_user" in one.grantees:
            findings += [
                Finding(
                    one.signature,
                    f"is a security definer, and takes {name} from the request that calls it: read "
                    "authz.org_id()",
                    is_leak=True,
                )
                for name in sorted({name for name, _ in one.parameters if name in tenant_columns})
            ]
        findings += [
            Finding(
                one.signature,
                f"{grantee} may execute it, and the contract does not say so",
                is_leak=True,
            )
            for grantee in sorted(one.grantees - wanted - {one.owner})
        ]
        findings += [
            Finding(one.signature, f"{role} may not execute it")
            for role in sorted(wanted - one.grantees - {one.owner})
        ]
    findings += [
        Finding(name, f"has no parameter {parameter}, which its contract gives a sample of")
        for name, parameters in sorted(sampled.items())
        for parameter in sorted(parameters)
    ]
    return findings, compared
