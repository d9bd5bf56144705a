"""`orgscope migrate`: all or nothing, once, and a message that names file and line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.devstack import environment
from orgscope.errors import (
    ContextMissing,
)
from tests.database import Database
from tests.migrations.projects import add_revision, add_table, edit
from tests.tokens import ORG_ID, USER_ID

# Four processes of five threads: what is locked must be the database, not the process.
RUNS = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from orgscope import deploy
from orgscope.settings import Settings

settings = Settings(_env_file=None)
project = deploy.Project.load(Path(sys.argv[1]))
with ThreadPoolExecutor(5) as pool:
    outcomes = list(pool.map(lambda _: deploy.migrate(settings, project), range(5)))
print(json.dumps([bool(outcome) for outcome in outcomes]))
"""


def test_migrate__empty_database__deploys_core_and_project(
    empty: Database, project: Project
) -> None:
    add_table(project)
    outcome = deploy.migrate(empty.settings, project)
    assert outcome
    assert outcome.revisions[0] == "core 0001"
    assert outcome.revisions[-2:] == ["shop 0001", "shop 0002"]
    assert outcome.files[-1] == "shop policies/shop/notes.sql"
    assert outcome.settings_changed
    heads = empty.rows("select version_num from deploy.shop_head")
    assert heads == [("0002",)]
    assert empty.rows("select count(*) from deploy.revisions where project = 'shop'") == [(2,)]


def test_migrate__again__reports_and_changes_nothing(empty: Database, project: Project) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    before = empty.rows("select xmin, * from deploy.applied_files order by project, path")
    epoch = empty.rows("select epoch from authz.settings")
    outcome = deploy.migrate(empty.settings, project)
    assert not outcome
    assert outcome == deploy.Outcome()
    assert empty.rows("select xmin, * from deploy.applied_files order by project, path") == before
    assert empty.rows("select epoch from authz.settings") == epoch


def test_migrate__head_of_an_earlier_version__gets_row_security_once(
    empty: Database, project: Project
) -> None:
    deploy.migrate(empty.settings, project)
    heads = (
        "select relname, relrowsecurity, relforcerowsecurity from pg_class "
        "where relname ~ '_head$' order by 1"
    )
    assert empty.rows(heads) == [("core_head", True, False), ("shop_head", True, False)]
    empty.admin.execute("alter table deploy.shop_head disable row level security")
    changes = [str(change) for change in deploy.migrate(empty.settings, project).changes]
    assert changes == ["change relation deploy.shop_head"]
    with empty.admin.transaction():  # whoever reads a head does not hold a deployment up
        empty.admin.execute("lock table deploy.core_head, deploy.shop_head in access share mode")
        assert not deploy.migrate(empty.settings, project)


def test_migrate__one_policy_edited__applies_that_file_only(
    empty: Database, project: Project
) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    edit(project, "policies/shop/notes.sql", "(org_id = (select authz.org_id()))", "(false)")
    outcome = deploy.migrate(empty.settings, project)
    assert outcome.files == ["shop policies/shop/notes.sql"]
    assert outcome.revisions == []
    assert [str(change) for change in outcome.changes] == [
        "change policy shop.notes select_own_org"
    ]


def test_migrate__revision_dropped_what_a_file_makes__is_made_again(
    empty: Database, project: Project
) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    add_revision(project, "drop", "drop policy all_definer on shop.notes;\n")
    outcome = deploy.migrate(empty.settings, project)
    assert outcome.files == outcome.changes == []
    assert empty.rows(
        "select from pg_policies where (tablename, policyname) = ('notes', %s)", ("all_definer",)
    ) == [()]


def test_migrate__twenty_at_once__one_works_and_the_others_find_nothing(
    empty: Database, project: Project
) -> None:
    add_table(project)
    add_revision(
        project,
        "body_index",
        "-- Index bodies.\n-- transaction: no\n\n"
        "drop index concurrently if exists shop.notes_body_idx;\n"
        "create index concurrently notes_body_idx on shop.notes (body);\n",
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RUNS, str(project.root)],
            env={**os.environ, **environment(empty.settings)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    worked: list[bool] = []
    for process in processes:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        worked += json.loads(output)
    assert len(worked) == 20
    assert worked.count(True) == 1


def test_migrate__role_prefix__works_end_to_end(empty: Database) -> None:
    prefix = empty.settings.role_prefix
    assert prefix != "orgscope"
    deploy.migrate(empty.settings)
    (owners,) = empty.rows(
        "select array_agg(distinct pg_get_userbyid(relowner)) from pg_class as c "
        "join pg_namespace as n on c.relnamespace = n.oid and n.nspname = 'workos'"
    )
    assert owners == ([f"{prefix}_owner"],)
    empty.put_key()
    empty.add_member(USER_ID, ORG_ID)
    with empty.context() as connection:
        row = connection.execute("select current_user, authz.org_id()").fetchone()
        assert row == (f"{prefix}_user", ORG_ID)
        assert connection.execute("select id from workos.users").fetchall() == [(USER_ID,)]
    with empty.connect("api") as connection, pytest.raises(ContextMissing):
        connection.execute(f"set role {prefix}_user")
        connection.execute("select authz.org_id()")
