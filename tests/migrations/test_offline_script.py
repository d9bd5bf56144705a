"""`orgscope migrate --sql`: psql replays it to the state that migrate makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope import deploy
from orgscope.deploy import Project, catalogue
from orgscope.errors import FileFailed
from tests.database import PASSWORD, Database
from tests.migrations.conftest import NewDatabase
from tests.migrations.projects import add_revision, add_table, write
from tests.migrations.replay import RECORDS, replay

HAZARDS = r"""
create or replace function shop.slices(a integer[], HOST integer) returns integer[]
language sql
begin atomic
select a[1:HOST]::integer[] as ":HOST";
end;
create or replace function shop.quotes() returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $f$
begin
  return ':HOST; ' || $$\q$$ || e' \'ä\'';
end
$f$;
comment on function shop.quotes() is '\d' /* a comment; of two */"""


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


def test_offline_script__what_psql_reads_another_way__same_catalogue(
    new_database: NewDatabase, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables of psql, strings by the older rules, another encoding, no final semicolon."""
    add_revision(project, "pairs", "create table shop.pairs (a int, b text default ':HOST') -- end")
    write(project, "sql/shop/functions/hazards.sql", HAZARDS)
    online, offline = new_database(role_prefix="hazards"), new_database(role_prefix="hazards")
    for database in (online, offline):
        name = database.admin.info.dbname
        database.admin.execute(f'alter database "{name}" set standard_conforming_strings = off')
        deploy.create_roles(database.settings)
    monkeypatch.setenv("PGCLIENTENCODING", "latin1")
    deploy.migrate(online.settings, project)
    result = replay(offline, deploy.offline_script(offline.settings, project), tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    schemas = [*deploy.core().schemas, *project.schemas]
    read = [catalogue.read(database.admin, schemas) for database in (online, offline)]
    assert catalogue.compare(*read) == []
    for database in (online, offline):
        assert database.rows("select shop.slices(array[1, 2, 3], 2), shop.quotes()") == [
            ([1, 2], r":HOST; \q 'ä'")
        ]
        said = "select obj_description('shop.quotes()'::regprocedure)"
        assert database.rows(said) == [(r"\d",)]


@pytest.mark.parametrize(
    ("text", "line"), [("select 1;\n\\! id\n", 2), ("select 1 \\g out.txt\n", 1)]
)
def test_offline_script__command_of_psql_in_a_file__refused(
    empty: Database, project: Project, text: str, line: int
) -> None:
    write(project, "sql/shop/functions/command.sql", f"-- a \\comment, e'\\n'\n{text}")
    with pytest.raises(FileFailed, match=rf"command[.]sql, line {line + 1}: a backslash outside"):
        deploy.offline_script(empty.settings, project)


def test_offline_script__any__holds_no_password(empty: Database, project: Project) -> None:
    script = deploy.offline_script(empty.settings, project)
    assert PASSWORD not in script
    assert "postgresql://" not in script


def test_offline_script__database_is_not_empty__refused(database: Database, tmp_path: Path) -> None:
    result = replay(database, deploy.offline_script(database.settings), tmp_path)
    assert result.returncode != 0
    assert "orgscope plan --sql" in result.stderr
