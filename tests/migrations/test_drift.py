"""`orgscope drift`: whatever was changed by hand is named."""

from __future__ import annotations

import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.errors import DatabaseNotReady
from orgscope.repeatable_files import render
from tests.database import Database
from tests.migrations.projects import add_table, edit, write

OWN_KEYS = "grant execute on function authz.put_keys(jsonb) to orgscope_api"

BY_HAND = {
    "removed policy": (
        "drop policy select_own on workos.users",
        "drop policy workos.users select_own",
    ),
    "hand-made policy": (
        "create policy everything on workos.users for select to orgscope_user using (true)",
        "create policy workos.users everything",
    ),
    "policy for public": (
        "create policy everything on workos.users using (true)",
        "create policy workos.users everything",
    ),
    "changed policy": (
        "alter policy select_own on workos.users using (true)",
        "change policy workos.users select_own",
    ),
    "changed function": (
        "create or replace function authz.org_id() returns text language sql stable "
        "begin atomic select 'org_mine'; end",
        "change function authz.org_id()",
    ),
    "function setting": (
        "alter function authz.verify_token(text) set search_path = public",
        "change function authz.verify_token(text)",
    ),
    "function owner": (
        "alter function authz.put_tombstone(text[]) owner to orgscope_owner",
        "change function authz.put_tombstone(text[])",
    ),
    "new function": (
        "create function authz.back_door() returns integer language sql return 1",
        "create function authz.back_door()",
    ),
    "extra grant on a table": (
        "grant select on workos.users to orgscope_api",
        "change grant on table workos.users",
    ),
    "extra grant on a column": (
        "grant update (email) on workos.users to orgscope_user",
        "change grant on column workos.users.email",
    ),
    "extra grant on a function": (OWN_KEYS, "change grant on function authz.put_keys(jsonb)"),
    "extra grant on a schema": (
        "grant create on schema authz to orgscope_user",
        "change grant on schema authz",
    ),
    "grant on later objects": (
        "alter default privileges for role orgscope_owner in schema workos "
        "grant select on tables to orgscope_user",
        "create grant on later objects of orgscope_owner workos r",
    ),
    "row security not forced": (
        "alter table workos.users no force row level security",
        "change relation workos.users",
    ),
    "row security off": (
        "alter table workos.users disable row level security",
        "change relation workos.users",
    ),
    "trigger off": (
        "alter table workos.users disable trigger user",
        "change trigger workos.users _100_cascade_delete_insert",
    ),
    "new table": ("create table workos.copy (id text)", "create relation workos.copy"),
    "new column": ("alter table sync.tasks add column x text", "create column sync.tasks.x"),
    "changed column": (
        "alter table sync.tasks alter column attempts drop not null",
        "change column sync.tasks.attempts",
    ),
    "constraint gone": (
        "alter table authz.settings drop constraint settings_leeway_s_check",
        "drop constraint authz.settings settings_leeway_s_check",
    ),
    "new view": (
        "create view workos.all_users as select 1 as x",
        "create relation workos.all_users",
    ),
    "rule": (
        "create rule quiet as on insert to sync.inbox do instead nothing",
        "create rule sync.inbox quiet",
    ),
    "type": ("create type workos.mood as enum ('a')", "create type workos.mood"),
}


def named(database: Database) -> list[str]:
    return [str(change) for change in deploy.drift(database.settings).changes]


def test_drift__freshly_migrated__is_false(database: Database) -> None:
    assert not deploy.drift(database.settings)


@pytest.mark.parametrize("case", BY_HAND)
def test_drift__changed_by_hand__is_named(database: Database, case: str) -> None:
    statement, expected = BY_HAND[case]
    database.admin.execute(render(statement, database.settings.role_prefix))
    assert expected in named(database)


def test_drift__then_migrate__does_not_hide_it(database: Database, copied_core: Project) -> None:
    database.admin.execute(OWN_KEYS)
    expected = named(database)
    edit(copied_core, "policies/workos/users.sql", "id = (select authz.user_id_or_null())", "true")
    assert deploy.migrate(database.settings)
    assert named(database) == expected == [f"change {BY_HAND['extra grant on a function'][1][7:]}"]


def test_drift__undone_by_hand__is_false_again(database: Database) -> None:
    database.admin.execute("create policy everything on workos.users using (true)")
    assert named(database)
    database.admin.execute("drop policy everything on workos.users")
    assert not deploy.drift(database.settings)


def test_drift__file_applied_again__puts_its_object_back(
    database: Database, copied_core: Project
) -> None:
    database.admin.execute("alter policy select_own on workos.users using (true)")
    edit(copied_core, "policies/workos/users.sql", "-- Who may", "-- Who then may")
    outcome = deploy.migrate(database.settings)
    assert [str(change) for change in outcome.changes] == ["change policy workos.users select_own"]
    assert not deploy.drift(database.settings)


def test_accept_drift__hot_fix_that_is_kept__is_no_drift_any_more(database: Database) -> None:
    database.admin.execute("create index by_hand on workos.users (email)")
    accepted = deploy.accept_drift(database.settings)
    assert [str(change) for change in accepted.changes] == ["create index workos.by_hand"]
    assert not deploy.drift(database.settings)
    database.admin.execute("drop index workos.by_hand")
    assert named(database) == ["drop index workos.by_hand"]


def test_drift__project__its_schemas_are_compared_too(empty: Database, project: Project) -> None:
    add_table(project)
    write(
        project,
        "sql/shop/views/bodies.sql",
        "create or replace view shop.bodies with (security_invoker = true) as\n"
        "select body from shop.notes;\n",
    )
    deploy.migrate(empty.settings, project)
    assert not deploy.drift(empty.settings, project)
    empty.admin.execute("alter view shop.bodies set (security_invoker = false)")
    assert not deploy.drift(empty.settings)
    assert [str(c) for c in deploy.drift(empty.settings, project).changes] == [
        "change relation shop.bodies"
    ]


def test_drift__takes_no_lock__beside_a_writer(database: Database) -> None:
    with database.admin.transaction():
        database.admin.execute("lock table workos.users in row exclusive mode")
        assert not deploy.drift(database.settings)


def test_drift__other_search_path_of_the_login__is_none(database: Database) -> None:
    database.admin.execute(
        render(
            "alter role orgscope_migrator in database "
            f"{database.admin.info.dbname} set search_path = workos, authz, sync",
            database.settings.role_prefix,
        )
    )
    assert not deploy.drift(database.settings)


def test_drift__nothing_deployed__says_so(empty: Database) -> None:
    with pytest.raises(DatabaseNotReady, match="orgscope migrate"):
        deploy.drift(empty.settings)
