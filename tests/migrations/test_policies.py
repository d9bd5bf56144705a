"""A policies file is the whole access story of its table: what it does not say, nobody has."""

from __future__ import annotations

import pytest

from orgscope import deploy
from orgscope.deploy import Project
from tests.database import Database
from tests.migrations.projects import add_table, edit

FILE = "policies/shop/notes.sql"
SELECT = "grant select on shop.notes to orgscope_user;\n"
MORE = (
    "grant delete on shop.notes to orgscope_auditor;\n"
    "grant update (body) on shop.notes to orgscope_auditor;\n"
)
GRANTS = """
select a.grantee::regrole::text, a.privilege_type, null::text
from pg_class as c
cross join lateral aclexplode(c.relacl) as a
where c.oid = %(table)s::regclass and a.grantee <> c.relowner
union all
select a.grantee::regrole::text, a.privilege_type, t.attname::text
from pg_attribute as t
cross join lateral aclexplode(t.attacl) as a
where t.attrelid = %(table)s::regclass
order by 1, 2, 3
"""


def grants(database: Database, table: str) -> list[tuple[object, ...]]:
    return database.rows(GRANTS, {"table": table})


@pytest.fixture
def shop(empty: Database, project: Project) -> Project:
    """A deployed project whose table has grants to somebody else, on a column as well."""
    add_table(project)
    edit(project, FILE, SELECT, SELECT + MORE)
    deploy.migrate(empty.settings, project)
    return project


def assert_settled(database: Database, project: Project) -> None:
    """What was deployed stays as it is: nothing to plan, nothing by hand."""
    assert deploy.plan(database.settings, project) == deploy.Outcome()
    assert deploy.drift(database.settings, project).changes == []
    assert not deploy.migrate(database.settings, project)


def test_policies__grants_deleted_from_the_file__are_taken_back(
    empty: Database, shop: Project
) -> None:
    prefix = empty.settings.role_prefix
    assert grants(empty, "shop.notes") == [
        (f"{prefix}_auditor", "DELETE", None),
        (f"{prefix}_auditor", "UPDATE", "body"),
        (f"{prefix}_user", "SELECT", None),
    ]
    edit(shop, FILE, MORE, "")
    planned = [str(change) for change in deploy.plan(empty.settings, shop).changes]
    assert planned == [
        "drop grant on column shop.notes.body",
        "change grant on table shop.notes",
    ]
    assert [str(change) for change in deploy.migrate(empty.settings, shop).changes] == planned
    assert grants(empty, "shop.notes") == [(f"{prefix}_user", "SELECT", None)]
    assert_settled(empty, shop)


def test_policies__grants_made_by_hand__are_gone_when_the_file_is_applied(
    empty: Database, shop: Project
) -> None:
    prefix = empty.settings.role_prefix
    before = grants(empty, "shop.notes")
    empty.admin.execute(f"grant update on shop.notes to {prefix}_backup with grant option")
    empty.admin.execute(f"set role {prefix}_backup")
    empty.admin.execute(f"grant update (body) on shop.notes to {prefix}_auditor, public")
    empty.admin.execute("reset role")
    edit(shop, FILE, "-- Who may", "-- Who, then, may")
    deploy.migrate(empty.settings, shop)
    assert grants(empty, "shop.notes") == before
    assert_settled(empty, shop)


def test_policies__applied_again_as_they_are__change_nothing(
    empty: Database, shop: Project
) -> None:
    edit(shop, FILE, "-- Who may", "-- Who, then, may")
    assert deploy.migrate(empty.settings, shop).changes == []
    assert_settled(empty, shop)


@pytest.mark.parametrize(
    ("table", "column"),
    [("applied_files", "sha256"), ("objects", "kind"), ("revisions", "breaking")],
)
def test_policies__grant_on_a_table_of_deploy__is_taken_back_as_well(
    database: Database, copied_core: Project, table: str, column: str
) -> None:
    before = grants(database, f"deploy.{table}")
    database.admin.execute(
        f"grant insert, update ({column}) on deploy.{table} to orgscope_keys".encode()
    )
    edit(copied_core, f"policies/deploy/{table}.sql", "-- Who may", "-- Who, then, may")
    deploy.migrate(database.settings)
    assert grants(database, f"deploy.{table}") == before
    assert not deploy.drift(database.settings)
