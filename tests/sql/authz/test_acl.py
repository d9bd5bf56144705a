"""Who may execute what, as the catalogue has it: exactly what the files grant (A4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from orgscope.project import core
from tests.database import Database

ACL = """
select p.proname::text, p.proowner::regrole::text,
  array_agg(distinct a.grantee::regrole::text)
from pg_proc as p
cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
where p.pronamespace::regnamespace::text = %s
group by p.oid, p.proname, p.proowner
"""
GRANT = re.compile(
    r"^grant execute on (?:function|procedure)\s+[a-z]+[.](?P<name>[a-z0-9_]+)\s*\([^)]*\)\s+"
    r"to\s+(?P<roles>[a-z_,\s]+);",
    re.MULTILINE,
)


def granted(schema: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each function's name and the roles that its own file grants EXECUTE to."""
    for path in sorted((core().sql / schema / "functions").glob("*.sql")):
        text = path.read_text("utf-8")
        made = re.findall(
            rf"create or replace (?:function|procedure) {schema}[.]\"?(\w+)\"?\s*\(", text
        )
        assert made == [path.stem]
        roles: set[str] = set()
        for found in GRANT.finditer(text):
            assert found["name"] == path.stem
            roles |= {role.strip() for role in found["roles"].split(",")}
        grants = re.findall("^grant ", text, re.MULTILINE)
        assert len(grants) == len(GRANT.findall(text)), path.name
        assert re.search(r"^revoke all on (function|procedure)\s[^;]*\sfrom public;$", text, re.M)
        yield path.stem, roles


@pytest.mark.parametrize("schema", ["authz", "sync"])
def test_acl__every_function__what_its_file_grants(database: Database, schema: str) -> None:
    rows = database.rows(ACL, (schema,))
    owners = {name: {owner} for name, owner, _ in rows}
    found = {name: set(roles) - owners[name] for name, _, roles in rows}
    assert found == {name: roles - owners.get(name, set()) for name, roles in granted(schema)}


def test_acl__owners__are_the_roles_that_the_design_names(database: Database) -> None:
    owners = {owner for _, owner, _ in database.rows(ACL, ("sync",))}
    assert owners <= {"orgscope_definer", "orgscope_owner"}
    owners = {owner for _, owner, _ in database.rows(ACL, ("authz",))}
    assert owners == {"orgscope_sealer", "orgscope_owner"}
    definers = """
    select p.oid::regprocedure::text, p.proowner::regrole::text from pg_proc as p
    where p.prosecdef and p.pronamespace::regnamespace::text in ('authz', 'sync', 'workos', 'audit')
      and p.proowner::regrole::text not in ('orgscope_sealer', 'orgscope_definer')
    """
    assert database.rows(definers) == []


def test_acl__nothing_is_grantable_by_a_grantee(database: Database) -> None:
    grantable = """
    select p.oid::regprocedure::text, a.grantee::regrole::text
    from pg_proc as p
    cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
    where p.pronamespace::regnamespace::text in ('authz', 'sync', 'workos', 'audit')
      and a.grantee <> p.proowner and (a.is_grantable or a.grantee = 0)
    """
    assert database.rows(grantable) == []
