"""``--only policies``: policies files alone, and nothing when they may depend on something else."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.cli import app
from orgscope.deploy import Project
from orgscope.devstack import environment
from orgscope.errors import DatabaseNotReady, FileFailed
from tests.database import Database
from tests.migrations.projects import POLICIES, add_revision, add_table, edit, write

NOTES = "policies/shop/notes.sql"
RECORD = "select sha256 from deploy.applied_files where project = 'shop' and path like 'policies/%'"


@pytest.fixture
def deployed(empty: Database, project: Project) -> Database:
    """A database with the project and its table."""
    add_table(project)
    write(project, "sql/shop/functions/one.sql", FUNCTION)
    deploy.migrate(empty.settings, project)
    return empty


FUNCTION = """create or replace function shop.one() returns integer language sql
begin atomic select 1; end;
"""
TRIGGER = """create or replace trigger _100_refuse before delete on shop.notes for each row
execute function pg_catalog.suppress_redundant_updates_trigger();
"""


def test_migrate__policies_only__applies_and_records_them_and_nothing_else(
    deployed: Database, project: Project
) -> None:
    before = deployed.rows(RECORD)
    edit(project, NOTES, "grant select on", "grant select, delete on")
    write(project, "sql/shop/triggers/notes.sql", TRIGGER)
    settings = deployed.settings.model_copy(update={"token_leeway_s": 7})
    planned = deploy.plan(settings, project, policies_only=True)
    assert deployed.rows(RECORD) == before
    outcome = deploy.migrate(settings, project, policies_only=True)
    assert outcome == planned
    assert (outcome.files, outcome.settings_changed) == ([f"shop {NOTES}"], False)
    assert [str(change) for change in outcome.changes] == ["change grant on table shop.notes"]
    assert deployed.rows(RECORD) != before
    assert not deploy.drift(settings, project)
    assert not deploy.plan(settings, project, policies_only=True)
    rest = deploy.plan(settings, project)
    assert (rest.files, rest.settings_changed) == (["shop sql/shop/triggers/notes.sql"], True)


def test_migrate__policies_only_and_their_file_was_deleted__as_migrate_does(
    deployed: Database, project: Project
) -> None:
    (project.root / NOTES).unlink()
    with pytest.raises(FileFailed, match="policies/shop/notes.sql was deleted"):
        deploy.migrate(deployed.settings, project, policies_only=True)
    write(project, NOTES, POLICIES)
    assert not deploy.migrate(deployed.settings, project, policies_only=True)


def test_migrate__something_else_waits__is_named_and_nothing_is_done(
    deployed: Database, project: Project
) -> None:
    edit(project, NOTES, "grant select on", "grant select, delete on")
    edit(project, "sql/shop/functions/one.sql", "select 1", "select 2")
    with pytest.raises(DatabaseNotReady, match="shop sql/shop/functions/one.sql.*--only"):
        deploy.migrate(deployed.settings, project, policies_only=True)
    edit(project, "sql/shop/functions/one.sql", "select 2", "select 1")
    add_revision(project, "drop_one", "drop function shop.one();\n")
    for command in (deploy.migrate, deploy.plan):
        with pytest.raises(DatabaseNotReady, match="shop 0003"):
            command(deployed.settings, project, policies_only=True)
    (project.root / "sql/shop/functions/one.sql").unlink()
    (project.migrations / "versions/0003_drop_one.py").unlink()
    with pytest.raises(DatabaseNotReady, match="shop sql/shop/functions/one.sql"):
        deploy.plan(deployed.settings, project, policies_only=True)
    assert "shop policies/shop/notes.sql" not in deploy.drift(deployed.settings, project).files


def test_migrate__nothing_deployed__policies_wait_for_the_revisions(
    empty: Database, project: Project
) -> None:
    with pytest.raises(DatabaseNotReady, match="core 0001"):
        deploy.migrate(empty.settings, project, policies_only=True)


def test_drift__policies_only__names_and_accepts_nothing_else(
    deployed: Database, project: Project
) -> None:
    for statement in (
        "create policy x on shop.notes using (true)",
        "grant delete on shop.notes to public",
        "grant update (body) on shop.notes to public",
        "alter table shop.notes no force row level security",
        "create index by_hand on shop.notes (body)",
        "grant execute on function shop.one() to public",
        "alter table shop.notes alter column body set default 'x'",
    ):
        deployed.admin.execute(statement)
    found = deploy.drift(deployed.settings, project, policies_only=True)
    assert [str(change) for change in found.changes] == [
        "create grant on column shop.notes.body",
        "change grant on table shop.notes",
        "create policy shop.notes x",
        "change relation shop.notes",
    ]
    deploy.accept_drift(deployed.settings, project, policies_only=True)
    left = deploy.drift(deployed.settings, project)
    assert [str(change) for change in left.changes] == [
        "change column shop.notes.body",
        "change grant on function shop.one()",
        "create index shop.by_hand",
    ]


def test_commands__only_policies__are_limited_to_them(deployed: Database, project: Project) -> None:
    edit(project, NOTES, "grant select on", "grant select, delete on")
    write(project, "sql/shop/triggers/notes.sql", TRIGGER)
    deployed.admin.execute("create index by_hand on shop.notes (body)")
    words = ["--only", "policies", "--project", str(project.root)]
    outputs = {
        command: CliRunner().invoke(
            app, [*command.split(), *words], env=environment(deployed.settings)
        )
        for command in ("drift", "plan --no-access", "migrate", "migrate --sql", "drift --accept")
    }
    codes = [outputs[command].exit_code for command in outputs]
    assert codes == [0, 2, 0, 1, 0], outputs
    assert f"file shop {NOTES}" in outputs["plan --no-access"].output.splitlines()
    assert "triggers" not in outputs["plan --no-access"].output
    assert f"file shop {NOTES}" in outputs["migrate"].output.splitlines()
    assert outputs["drift --accept"].output == "no drift\n"
