"""`orgscope migrate` fails: nothing stays, and the message names what to mend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.errors import (
    ConfigurationError,
    DatabaseNotReady,
    FileFailed,
    VersionMismatch,
)
from tests.database import PASSWORD, Database
from tests.migrations.projects import add_revision, add_table, edit, write

HEADER = "-- Does it.\n-- Flow: x.\n-- Runs as: x.\n-- Raises: x.\n-- Why: x.\n"


def objects(database: Database) -> list[tuple[object, ...]]:
    return database.rows(
        "select n.nspname, c.relname from pg_class as c join pg_namespace as n "
        "on c.relnamespace = n.oid where n.nspname !~ '^(pg_|information_schema)' order by 1, 2"
    )


FAILURES = {
    "syntax error": ("select 1;\n\ncreate table shop.x (\n  id integer,,\n);\n", 4, "syntax error"),
    "missing table": ("select 1;\nselect *\nfrom shop.absent;\n", 3, "shop.absent"),
    "after a letter of more than one byte": ("select 'äöü€🙂',\n  absent;\n", 2, "absent"),
    "in a plpgsql body": (
        "create function shop.f() returns void\nlanguage plpgsql as $$\nbegin\n"
        "  slect 1;\nend\n$$;\n",
        4,
        "syntax error",
    ),
    "in a sql body": (
        "create function shop.f() returns integer language sql\nbegin atomic\n"
        "select 1;\nselect x from shop.absent;\nend;\n",
        4,
        "shop.absent",
    ),
    "runtime error in the middle": (
        "create table shop.t (id integer primary key);\ninsert into shop.t values (1);\n\n"
        "insert into shop.t values (1);\ninsert into shop.t values (2);\n",
        4,
        "duplicate key",
    ),
    "runtime error in a DO block": (
        "select 1;\n-- why\ndo $body$\nbegin\n  perform 1;\n  perform 1 / 0;\nend\n$body$;\n",
        6,
        "division by zero",
    ),
    "raised with a hint": (
        "\ndo $$ begin raise 'stop' using hint = 'Go on.'; end $$;\n",
        2,
        r"stop \(SQLSTATE P0001\). Go on.",
    ),
    "percent and colon": ("select format('%s %I', ':x', \"a\");\n", 1, '"a" does not exist'),
}


@pytest.mark.parametrize("case", FAILURES)
def test_migrate__revision_fails__rolls_back_and_names_file_and_line(
    empty: Database, project: Project, case: str
) -> None:
    text, line, message = FAILURES[case]
    add_revision(project, "broken", text)
    with pytest.raises(FileFailed, match=rf"^0002_broken[.]sql, line {line}: .*{message}"):
        deploy.migrate(empty.settings, project)
    assert objects(empty) == []


def test_migrate__duplicate_key__shows_no_row(empty: Database, project: Project) -> None:
    text = FAILURES["runtime error in the middle"][0].replace("(1)", "(424242)")
    add_revision(project, "broken", text)
    with pytest.raises(FileFailed) as caught:
        deploy.migrate(empty.settings, project)
    assert "424242" not in str(caught.value)


def test_migrate__repeatable_file_fails__rolls_back_and_names_file_and_line(
    database: Database, copied_core: Project
) -> None:
    before = database.rows("select * from deploy.applied_files order by 1, 2")
    edit(
        copied_core,
        "policies/workos/users.sql",
        "create policy all_definer",
        "create policy too on workos.users to nobody_at_all;\ncreate policy all_definer",
    )
    edit(copied_core, "sql/authz/functions/org_id.sql", "-- Why: ", "-- Why: really, ")
    text = (copied_core.policies / "workos/users.sql").read_text("utf-8")
    line = text[: text.index("create policy too")].count("\n") + 1
    with pytest.raises(FileFailed, match=rf"^policies/workos/users[.]sql, line {line}: .*nobody"):
        deploy.migrate(database.settings)
    assert database.rows("select * from deploy.applied_files order by 1, 2") == before


def test_migrate__function_file_fails__names_line_within_body(
    empty: Database, project: Project
) -> None:
    write(
        project,
        "sql/shop/functions/f.sql",
        HEADER + "create or replace function shop.f()\nreturns integer\nlanguage sql\n"
        "begin atomic\nselect absent;\nend;\n",
    )
    with pytest.raises(FileFailed, match=r"^sql/shop/functions/f[.]sql, line 10: .*absent"):
        deploy.migrate(empty.settings, project)
    assert objects(empty) == []


def test_migrate__lock_not_given__fails_and_says_so(
    empty: Database, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy.migrate(empty.settings, project)
    add_table(project)
    deploy.migrate(empty.settings, project)
    monkeypatch.setattr("orgscope.deploy.connection._LOCK_TIMEOUT", "50ms")
    edit(project, "policies/shop/notes.sql", "(org_id = (select authz.org_id()))", "(false)")
    with empty.admin.transaction():
        empty.admin.execute("lock table shop.notes in share mode")
        with pytest.raises(FileFailed, match=r"notes[.]sql, line 3: .*lock timeout.*55P03"):
            deploy.migrate(empty.settings, project)
    with empty.admin.transaction():
        empty.admin.execute("lock table shop.notes")
        with pytest.raises(DatabaseNotReady, match="another session has locked a table"):
            deploy.drift(empty.settings, project)


def test_migrate__other_deployment_does_not_end__gives_up(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgscope.deploy.connection._TURN_TIMEOUT_S", 0.0)
    with empty.connect("migrator") as other:
        other.execute("select pg_advisory_lock(%s)", (0x6F72_6773_636F_7065,))
        with pytest.raises(DatabaseNotReady, match="another deployment"):
            deploy.migrate(empty.settings)


def test_migrate__database_ahead_of_files__refused(empty: Database, project: Project) -> None:
    deploy.migrate(empty.settings, project)
    empty.admin.execute("update deploy.shop_head set version_num = '0099'")
    with pytest.raises(VersionMismatch, match=r"0099 of shop.*newer code"):
        deploy.migrate(empty.settings, project)


def test_migrate__two_heads__says_so_in_one_sentence(empty: Database, project: Project) -> None:
    add_table(project)
    second = (project.migrations / "versions/0002_notes.py").read_text("utf-8")
    fork = write(project, "migrations/versions/0003_fork.py", second.replace('"0002"', '"0003"'))
    fork.with_suffix(".sql").write_text("select 1;\n", "utf-8")
    with pytest.raises(FileFailed, match=r"^shop, migrations: .*head"):
        deploy.migrate(empty.settings, project)


def test_migrate__python_file_broken__says_so_in_one_sentence(
    empty: Database, project: Project
) -> None:
    write(project, "migrations/versions/0002_broken.py", "revision = = 1\n")
    with pytest.raises(FileFailed, match=r"^shop, migrations: invalid syntax .*0002_broken.py"):
        deploy.migrate(empty.settings, project)


def test_migrate__sql_file_missing_or_empty__refused(empty: Database, project: Project) -> None:
    _, file = deploy.new_revision(project, "empty")
    with pytest.raises(FileFailed, match=r"0002_empty[.]sql has no statement"):
        deploy.migrate(empty.settings, project)
    file.unlink()
    with pytest.raises(FileFailed, match=r"0002_empty[.]sql is missing"):
        deploy.migrate(empty.settings, project)


def test_migrate__file_deleted_but_object_there__asks_for_a_revision(
    empty: Database, project: Project
) -> None:
    path = "sql/shop/functions/f.sql"
    text = "create or replace function shop.f()\nreturns integer\nlanguage sql\nreturn 1;\n"
    file = write(project, path, HEADER + text)
    deploy.migrate(empty.settings, project)
    file.unlink()
    with pytest.raises(FileFailed, match=f"{path} was deleted.*drop_f"):
        deploy.migrate(empty.settings, project)
    add_revision(project, "drop_f", "drop function shop.f();\n")
    outcome = deploy.migrate(empty.settings, project)
    assert outcome.files == [f"shop {path} (deleted)"]
    assert not deploy.migrate(empty.settings, project)


def test_migrate__policies_file_deleted_but_policies_there__asks_for_a_revision(
    empty: Database, project: Project
) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    (project.policies / "shop/notes.sql").unlink()
    with pytest.raises(FileFailed, match=r"policies/shop/notes.sql was deleted"):
        deploy.migrate(empty.settings, project)


def test_migrate__password_wrong__message_shows_none(empty: Database) -> None:
    url = str(empty.settings.url("migrator")).replace(PASSWORD, "s3cret-words")
    settings = empty.settings.model_validate({**empty.settings.model_dump(), "migrator_url": url})
    with pytest.raises(DatabaseNotReady, match="ORGSCOPE_MIGRATOR_URL") as caught:
        deploy.migrate(settings)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cret@words@127.0.0.1/database",
        "postgresql://user:s3cret words",
        "user s3cret",
    ],
)
def test_migrate__url_malformed__message_shows_nothing_of_it(empty: Database, url: str) -> None:
    settings = empty.settings.model_validate({**empty.settings.model_dump(), "migrator_url": url})
    with pytest.raises(ConfigurationError, match="ORGSCOPE_MIGRATOR_URL") as caught:
        deploy.migrate(settings)
    assert "s3cret" not in str(caught.value)
    assert "words" not in str(caught.value)


def test_alembic_alone__upgrade__refused(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text(
        f"[alembic]\nscript_location = {deploy.core().migrations}\npath_separator = os\n", "utf-8"
    )
    result = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "use `orgscope migrate`" in result.stderr


def test_downgrade__any_revision__refused() -> None:
    for file in sorted((deploy.core().migrations / "versions").glob("*.py")):
        names: dict[str, object] = {"__file__": str(file)}
        exec(compile(file.read_text("utf-8"), str(file), "exec"), names)  # noqa: S102 - our own file
        downgrade = names["downgrade"]
        assert callable(downgrade)
        with pytest.raises(FileFailed, match="write a new revision"):
            downgrade()
