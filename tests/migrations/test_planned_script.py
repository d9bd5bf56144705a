"""`orgscope plan --sql`: psql replays it in a database of today to the state that migrate makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.cli import app
from orgscope.deploy import Project, catalogue
from orgscope.devstack import environment
from tests.database import Database
from tests.migrations.conftest import NewDatabase
from tests.migrations.projects import add_revision, add_table, edit, write
from tests.migrations.replay import RECORDS, replay

NOTES = "policies/shop/notes.sql"
ONE = "sql/shop/functions/one.sql"
TWO = "sql/shop/functions/two.sql"
FUNCTION = """create or replace function shop.one() returns integer language sql
begin atomic select 1; end;
"""
BY_HAND = (
    "create index by_hand on shop.notes (body)",
    "grant truncate on shop.notes to public",
    "create policy by_hand on workos.users using (true)",
)


def change(project: Project) -> None:
    """Let everything wait that a script must do, and in this order."""
    add_revision(project, "drop_both", "drop function shop.one(), shop.two();\n")
    (project.root / ONE).unlink()
    add_revision(
        project, "index", "-- transaction: no\ncreate index concurrently on shop.notes (body);\n"
    )
    add_revision(
        project,
        "seed",
        "-- unforced: shop.notes\n-- rows: 1\n\ninsert into shop.notes values ('a', 1, ':x');\n",
    )
    edit(project, NOTES, "grant select on", "grant select, delete on")


@pytest.fixture
def pair(new_database: NewDatabase, project: Project) -> tuple[Database, Database]:
    """Two databases with the project and the same changes by hand."""
    made = new_database(role_prefix="planned"), new_database(role_prefix="planned")
    add_table(project)
    write(project, ONE, FUNCTION)
    write(project, TWO, FUNCTION.replace("one", "two"))
    for database in made:
        deploy.create_roles(database.settings)
        deploy.migrate(database.settings, project)
        for statement in BY_HAND:
            database.admin.execute(statement)
    return made


def assert_same(online: Database, offline: Database, project: Project) -> None:
    """See that nothing tells the databases apart."""
    schemas = [*deploy.core().schemas, *project.schemas]
    read = [catalogue.read(database.admin, schemas) for database in (online, offline)]
    assert catalogue.compare(*read) == []
    for name, query in RECORDS.items():
        assert sorted(map(repr, online.rows(query))) == sorted(map(repr, offline.rows(query))), name


def test_planned_script__everything_waits__same_catalogue_records_and_drift(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    online, offline = pair
    change(project)
    settings = [
        database.settings.model_copy(update={"token_leeway_s": 7}) for database in (online, offline)
    ]
    deploy.migrate(settings[0], project)
    result = replay(offline, deploy.planned_script(settings[1], project), tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert_same(online, offline, project)
    assert online.rows("table shop.notes") == offline.rows("table shop.notes")
    assert not deploy.plan(settings[1], project)
    assert [str(one) for one in deploy.drift(settings[1], project).changes] == [
        "create index shop.by_hand",
        "create policy workos.users by_hand",
    ]


def test_planned_script__project_is_new__only_its_own(
    empty: Database, project: Project, tmp_path: Path
) -> None:
    deploy.migrate(empty.settings)
    script = deploy.planned_script(empty.settings, project)
    assert "create table workos.users" not in script
    result = replay(empty, script, tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert not deploy.plan(empty.settings, project)
    assert not deploy.drift(empty.settings, project)


def test_planned_script__policies_only__as_migrate_does(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    online, offline = pair
    edit(project, NOTES, "grant select on", "grant select, delete on")
    write(
        project,
        "sql/shop/triggers/notes.sql",
        "create or replace trigger _100_x before delete on shop.notes for each row\n"
        "execute function pg_catalog.suppress_redundant_updates_trigger();\n",
    )
    deploy.migrate(online.settings, project, policies_only=True)
    script = deploy.planned_script(offline.settings, project, policies_only=True)
    assert "trigger" not in script.split(NOTES)[1].split("commit;")[0].split("with now")[0]
    assert replay(offline, script, tmp_path).returncode == 0
    assert_same(online, offline, project)


def test_planned_script__repair__as_migrate_does(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    online, offline = pair
    assert deploy.migrate(online.settings, project, repair=True).drift
    script = deploy.planned_script(offline.settings, project, repair=True)
    assert replay(offline, script, tmp_path).returncode == 0
    assert_same(online, offline, project)
    assert [str(one) for one in deploy.drift(offline.settings, project).changes] == [
        "create index shop.by_hand"
    ]


def test_planned_script__deployed_to_in_between__refused_and_nothing_done(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    database, _ = pair
    change(project)
    script = deploy.planned_script(database.settings, project)
    database.admin.execute("update deploy.applied_files set sha256 = 'x' where path = %s", (NOTES,))
    result = replay(database, script, tmp_path)
    assert result.returncode != 0
    assert "was deployed to since the script was written" in result.stderr
    assert database.rows("select version_num from deploy.shop_head") == [("0002",)]


def test_planned_script__records_are_gone__refused(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    database, _ = pair
    change(project)
    script = deploy.planned_script(database.settings, project)
    database.admin.execute("truncate deploy.applied_files, deploy.revisions")
    result = replay(database, script, tmp_path)
    assert "was deployed to since the script was written" in result.stderr


def test_planned_script__another_deployment_runs__refused(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    database, _ = pair
    change(project)
    script = deploy.planned_script(database.settings, project)
    with deploy.connection.deployment(database.settings):
        result = replay(database, script, tmp_path)
    assert result.returncode != 0
    assert "another deployment of this database is running" in result.stderr


def test_planned_script__fails_in_the_middle__what_was_committed_is_recorded(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    online, offline = pair
    add_revision(project, "extra", "alter table shop.notes add column extra text;\n")
    wrong = "create index concurrently on shop.notes (nothing);\n"
    number = add_revision(project, "index", f"-- transaction: no\n{wrong}")
    result = replay(offline, deploy.planned_script(offline.settings, project), tmp_path)
    assert result.returncode != 0
    assert offline.rows("select version_num from deploy.shop_head") == [("0003",)]
    assert "extra" not in str(deploy.drift(offline.settings, project).changes)
    edit(project, f"migrations/versions/{number}_index.sql", "nothing", "extra")
    result = replay(offline, deploy.planned_script(offline.settings, project), tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    deploy.migrate(online.settings, project)
    assert_same(online, offline, project)


def test_command__sql__writes_the_script_only_when_something_waits(
    pair: tuple[Database, Database], project: Project, tmp_path: Path
) -> None:
    database, _ = pair
    file = tmp_path / "deploy.sql"
    words = ["plan", "--no-access", "--project", str(project.root), "--sql", str(file)]
    variables = environment(database.settings)
    assert CliRunner().invoke(app, words, env=variables).output.splitlines() == [
        "no changes",
        "3 objects differ from what was deployed: orgscope drift names them",
    ]
    assert not file.exists()
    change(project)
    result = CliRunner().invoke(app, words, env=variables)
    assert result.exit_code == 2, result.output
    assert "revision shop 0005" in result.output.splitlines()
    assert replay(database, file.read_text("utf-8"), tmp_path).returncode == 0
    assert not deploy.plan(database.settings, project)
