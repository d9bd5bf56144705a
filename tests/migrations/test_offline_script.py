"""`orgscope migrate --sql`: psql replays it to the state that migrate makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope import deploy
from orgscope.deploy import Project, catalogue
from tests.database import PASSWORD, Database
from tests.migrations.conftest import NewDatabase
from tests.migrations.projects import add_revision, add_table
from tests.migrations.replay import RECORDS, replay


@pytest.fixture
def full_project(project: Project) -> Project:
    """A project with everything that a script must repeat."""
    add_table(project)
    add_revision(
        project, "index", "-- transaction: no\ncreate index concurrently on shop.notes (body);\n"
    )
    add_revision(
        project,
        "seed",
        "-- unforced: shop.notes\n-- rows: 2\n\n"
        "insert into shop.notes values ('%I', 1, ':x {\"a\":1}'), ('b', 2, 'äö');\n",
    )
    return project


def test_offline_script__replayed__same_catalogue_and_records(
    new_database: NewDatabase, full_project: Project, tmp_path: Path
) -> None:
    online, offline = new_database(role_prefix="script"), new_database(role_prefix="script")
    for database in (online, offline):
        deploy.create_roles(database.settings)
    deploy.migrate(online.settings, full_project)
    script = deploy.offline_script(offline.settings, full_project)
    result = replay(offline, script, tmp_path)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    schemas = [*deploy.core().schemas, *full_project.schemas]
    read = [catalogue.read(database.admin, schemas) for database in (online, offline)]
    assert catalogue.compare(*read) == []
    for name, query in RECORDS.items():
        assert sorted(map(repr, online.rows(query))) == sorted(map(repr, offline.rows(query))), name
    assert online.rows("table shop.notes") == offline.rows("table shop.notes")
    assert not deploy.migrate(offline.settings, full_project)
    assert not deploy.drift(offline.settings, full_project)


def test_offline_script__fails_in_the_middle__leaves_nothing(
    empty: Database, full_project: Project, tmp_path: Path
) -> None:
    add_revision(
        full_project, "wrong", "-- unforced: shop.notes\n-- rows: 5\n\ndelete from shop.notes;\n"
    )
    (full_project.migrations / "versions/0003_index.sql").write_text("select 1;\n", "utf-8")
    result = replay(empty, deploy.offline_script(empty.settings, full_project), tmp_path)
    assert result.returncode != 0
    assert "the header states 5 rows and 2 were touched" in result.stderr
    assert empty.rows("select from pg_namespace where nspname in ('deploy', 'shop')") == []


def test_offline_script__any__holds_no_password(empty: Database, project: Project) -> None:
    script = deploy.offline_script(empty.settings, project)
    assert PASSWORD not in script
    assert "postgresql://" not in script


def test_offline_script__database_is_not_empty__refused(database: Database, tmp_path: Path) -> None:
    result = replay(database, deploy.offline_script(database.settings), tmp_path)
    assert result.returncode != 0
    assert "orgscope plan --sql" in result.stderr
