"""Compare what no table says of itself: memberships, later objects, schemas, and other schemas.

Each of them opens a way around the contract that no actor can be seen to take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import psycopg

from orgscope.doctor.memberships import REACH, our_roles
from orgscope.isolation.catalogue.beyond import chosen, unknown_login
from orgscope.isolation.catalogue.helpers import Helper, read_helpers
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import Contract

__all__ = ["assert_surroundings"]

_MEMBERSHIPS: Final = """
select m.rolname::text, r.rolname::text
from pg_catalog.pg_roles as m
inner join pg_catalog.pg_roles as r on m.oid <> r.oid and pg_has_role(m.oid, r.oid, 'member')
inner join pg_catalog.pg_database as d on d.datname = current_database()
where not m.rolsuper
  and (r.rolname = any (%(roles)s) and m.oid <> d.datdba
       or m.rolname = any (%(roles)s) and r.rolname ~ '^pg_')
order by 1, 2
"""
"""The owner of the database may have made the roles, and administers them then."""
_LATER: Final = """
select coalesce(n.nspname::text, 'every schema'), pg_get_userbyid(d.defaclrole)::text,
  case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' else 'function' end,
  a.privilege_type, coalesce(r.rolname::text, 'public')
from pg_catalog.pg_default_acl as d
cross join lateral aclexplode(d.defaclacl) as a
left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
left join pg_catalog.pg_roles as r on a.grantee = r.oid
where d.defaclobjtype in ('r', 'S', 'f') and a.grantee <> d.defaclrole
  and (n.nspname = any (%(schemas)s)
       or n.oid is null and pg_get_userbyid(d.defaclrole) = any (%(roles)s))
order by 1, 2, 3, 4, 5
"""
_CREATORS: Final = """
select n.nspname::text, coalesce(r.rolname::text, 'public')
from pg_catalog.pg_namespace as n
cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
left join pg_catalog.pg_roles as r on a.grantee = r.oid
where n.nspname = any (%(schemas)s) and a.privilege_type = 'CREATE' and a.grantee <> n.nspowner
  and coalesce(r.rolname, 'public') <> all (%(owners)s)
order by 1, 2
"""
_ELSEWHERE: Final = """
select format('%%s.%%s', n.nspname, c.relname), r.rolname::text
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
inner join pg_catalog.pg_roles as r on r.rolname = any (%(requests)s)
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> all (%(schemas)s)
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and has_schema_privilege(r.oid, n.oid, 'usage')
  and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
       or has_table_privilege(r.oid, c.oid, 'delete, truncate'))
  and not exists (select from pg_catalog.pg_depend as d
                  where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
order by 1, 2
"""
_DEFINERS: Final = """
select format('%%s.%%s(%%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), r.rolname::text
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
inner join pg_catalog.pg_roles as r on r.rolname = any (%(requests)s)
where p.prosecdef and n.nspname <> all (%(schemas)s)
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and has_schema_privilege(r.oid, n.oid, 'usage')
  and has_function_privilege(r.oid, p.oid, 'execute')
  and not exists (select from pg_catalog.pg_depend as d
                  where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
order by 1, 2
"""
_SEQUENCES: Final = """
select format('%%s.%%s', n.nspname, c.relname), coalesce(r.rolname::text, 'public'),
  a.privilege_type
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
cross join lateral aclexplode(c.relacl) as a
left join pg_catalog.pg_roles as r on a.grantee = r.oid
where c.relkind = 'S' and n.nspname = any (%(schemas)s) and a.grantee <> c.relowner
  and a.privilege_type <> 'USAGE'
  and (coalesce(r.rolname, 'public') <> %(backup)s or a.privilege_type <> 'SELECT')
order by 1, 2, 3
"""
_OWNERS: Final = ("owner", "definer", "sealer")
_REQUESTS: Final = ("user", "api", "job")
"""Whose reach into other schemas counts; what an extension brings there is its own."""


def assert_surroundings(
    connection: psycopg.Connection[Any], contract: Contract, role_prefix: str
) -> list[Finding]:
    """Return what differs around the tables of the contract."""
    words = our_roles(role_prefix)
    names = {
        "schemas": list(contract.schemas),
        "roles": list(words),
        "owners": [f"{role_prefix}_{word}" for word in _OWNERS],
        "backup": f"{role_prefix}_backup",
        "requests": [f"{role_prefix}_{word}" for word in _REQUESTS],
    }
    return [
        *(
            Finding(member, f"is a member of {role}, and can act as it", is_leak=True)
            for member, role in connection.execute(_MEMBERSHIPS, names).fetchall()
            if words.get(role) not in REACH.get(words.get(member, ""), ())
        ),
        *(
            Finding(
                schema,
                f"each later {kind} of {creator} is born with {privilege} for {grantee}",
                is_leak=True,
            )
            for schema, creator, kind, privilege, grantee in connection.execute(
                _LATER, names
            ).fetchall()
        ),
        *(
            Finding(schema, f"{grantee} may create objects in it", is_leak=True)
            for schema, grantee in connection.execute(_CREATORS, names).fetchall()
        ),
        *(
            Finding(name, f"is in no project's schema, and {role} reaches it", is_leak=True)
            for name, role in connection.execute(_ELSEWHERE, names).fetchall()
        ),
        *(
            Finding(
                name,
                f"is a security definer in no project's schema, and {role} may execute it",
                is_leak=True,
            )
            for name, role in connection.execute(_DEFINERS, names).fetchall()
        ),
        *(
            Finding(
                name,
                f"{grantee} has {privilege}, and the next value is one for all tenants",
                is_leak=True,
            )
            for name, grantee, privilege in connection.execute(_SEQUENCES, names).fetchall()
        ),
        *_believing(read_helpers(connection, contract.schemas), role_prefix),
    ]


def _believing(helpers: Iterable[Helper], role_prefix: str) -> Iterator[Finding]:
    """Find those that believe a session or the name of a login. Those of authz check its seal."""
    for helper in helpers:
        if not helper.signature.startswith("authz.") and (what := chosen(helper.definition)):
            problem = f"policies call it, and it reads {what}, which every session can change"
            yield Finding(helper.signature, problem, is_leak=True)
        what = "" if helper.is_core else unknown_login(helper.definition, role_prefix)
        if what:
            problem = f"policies call it, and it reads {what}: what it opens by that was not tried"
            yield Finding(helper.signature, problem, is_leak=True)
