"""The recipe of ``docs/howto/backup.md``: two dumps, a restore, and the same rows again."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from orgscope import deploy
from orgscope.embedded import find_binaries
from orgscope.settings import LOGINS, Settings
from orgscope.testing import Template
from tests.database import Database

ROWS = (
    "--data-only",
    "--enable-row-security",
    "--exclude-schema=deploy",
    "--exclude-table=authz.seal_keys",
    "--exclude-table=authz.verified_tokens",
    "--exclude-table=sync.changes",
    "--exclude-table-data=sync.changes_position_seq",
    "--exclude-table-data=sync.history_position_seq",
    "--exclude-table-data=sync.runs_run_id_seq",
    "--exclude-table-data=audit.contexts_id_seq",
)
FRAME = ("--role=orgscope_owner", "--enable-row-security")
DUMP_WORDS = {"--format=custom"}
NOT_IN_A_DUMP = {"authz.seal_keys", "authz.verified_tokens", "sync.changes"}
TABLES = """
select format('%I.%I', n.nspname, c.relname)
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('deploy', 'authz', 'workos', 'sync', 'audit')
"""


def program(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs, of the same version as the server."""
    command = [find_binaries().program(name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def succeed(name: str, *arguments: str | Path) -> str:
    """Run one of PostgreSQL's programs and return what it printed; it must not complain."""
    done = program(name, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@dataclass(frozen=True)
class Dumps:
    """The two files of a backup."""

    rows: Path
    frame: Path


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with a signing key, a member, a tombstone and an open question."""
    database.put_key()
    data = database.add_member()
    database.receive("user.created", {"id": "not an object of its family"})
    with database.context() as connection:
        assert connection.execute("select authz.org_id()").fetchone() == (data["organization_id"],)
    return database


@pytest.fixture
def dumps(filled: Database, tmp_path: Path) -> Dumps:
    """Dump as the howto says."""
    made = Dumps(tmp_path / "rows.dump", tmp_path / "frame.dump")
    backup, migrator = filled.settings.url("backup"), filled.settings.url("migrator")
    succeed("pg_dump", f"--dbname={backup}", "--format=custom", *ROWS, f"--file={made.rows}")
    succeed("pg_dump", f"--dbname={migrator}", "--format=custom", *FRAME, f"--file={made.frame}")
    return made


@pytest.fixture
def empty(filled: Database, orgscope_template: Template) -> Iterator[Settings]:
    """Settings whose logins all point at a new, empty database with the roles' rights."""
    name = f"{filled.admin.info.dbname}_restored"
    identifier = sql.Identifier(name)
    filled.admin.execute(sql.SQL("create database {}").format(identifier))
    try:
        settings = orgscope_template.settings(name)
        deploy.create_roles(settings)
        yield settings
    finally:
        filled.admin.execute(sql.SQL("drop database {} with (force)").format(identifier))


def restore_steps(dumps: Dumps) -> tuple[tuple[str | Path, ...], ...]:
    """Return what pg_restore is told, run by run."""
    return (
        ("--section=pre-data", "--section=data", dumps.frame),
        (dumps.rows,),
        ("--section=post-data", dumps.frame),
    )


def restore(settings: Settings, dumps: Dumps) -> None:
    """Restore as the howto says."""
    target = f"--dbname={settings.url('dba')}"
    for step in restore_steps(dumps):
        succeed("pg_restore", target, "--exit-on-error", "--single-transaction", *step)
    deploy.migrate(settings)


def counts(connection: psycopg.Connection[object]) -> dict[str, int]:
    """Count the rows of every table of ours, as a superuser."""
    tables = [str(row[0]) for row in connection.execute(TABLES).fetchall()]  # type: ignore[index]
    found = {}
    for table in tables:
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(*table.split(".")))
        found[table] = int(connection.execute(query).fetchone()[0])  # type: ignore[index]
    return found


def test_howto__commands__are_those_of_this_test() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/backup.md").read_text("utf-8")
    shell = " ".join(re.findall(r"^```sh\n(.*?)^```$", page.replace("\\\n", " "), re.M | re.S))
    rows, frame = (
        {word for word in command.split() if word not in DUMP_WORDS}
        for command in re.findall(r"pg_dump --dbname=\S+ (.*?)\n", shell)
    )
    assert (rows, frame) == ({*ROWS, "--file=rows.dump"}, {*FRAME, "--file=frame.dump"})
    restores = re.findall(r"pg_restore --dbname=\S+ (.*?)\n", shell)
    assert [tuple(one.split()[2:]) for one in restores] == [
        tuple(f"{word}" if isinstance(word, str) else word.name for word in step)
        for step in restore_steps(Dumps(Path("rows.dump"), Path("frame.dump")))
    ]
    assert re.search(r"orgscope roles\n.*orgscope migrate\n", shell, re.S)


def test_backup__restored__has_every_row_and_answers_requests(
    filled: Database, dumps: Dumps, empty: Settings
) -> None:
    restore(empty, dumps)

    with psycopg.connect(empty.url("dba"), autocommit=True) as admin:
        before, after = counts(filled.admin), counts(admin)
        assert before.keys() == after.keys()
        assert {t: n for t, n in after.items() if t not in NOT_IN_A_DUMP} == {
            t: n for t, n in before.items() if t not in NOT_IN_A_DUMP
        }
        assert min(before[t] for t in ("workos.users", "sync.inbox", "audit.contexts")) > 0
        restored = Database(empty, admin)
        with restored.context() as connection:
            assert connection.execute("select count(*) from workos.users").fetchone() == (1,)
        # Identities go on where they were: the next row does not collide.
        with restored.connect("auditor") as connection:
            connection.execute("begin")
            connection.execute("select authz.begin_privileged('test of the restore')")
            connection.execute("commit")
        assert not deploy.drift(empty)


def test_backup__seal_key__is_in_no_dump_and_made_anew(
    filled: Database, dumps: Dumps, empty: Settings
) -> None:
    keys = "select encode(ipad, 'hex'), encode(opad, 'hex') from authz.seal_keys"
    texts = [succeed("pg_restore", "--file=-", path) for path in (dumps.rows, dumps.frame)]
    for row in filled.rows(keys):
        assert not any(pad in text for pad in row for text in texts)

    restore(empty, dumps)

    with psycopg.connect(empty.url("dba")) as admin:
        fresh = admin.execute(keys).fetchall()
    assert len(fresh) == 1
    assert not set(fresh) & set(filled.rows(keys))


def test_backup__without_row_security__refused_and_not_partial(
    filled: Database, tmp_path: Path
) -> None:
    options = [option for option in ROWS if option != "--enable-row-security"]
    target = tmp_path / "rows.sql"
    done = program(
        "pg_dump", f"--dbname={filled.settings.url('backup')}", *options, f"--file={target}"
    )
    assert done.returncode != 0
    assert "row-level security policy" in done.stderr


@pytest.mark.parametrize("login", sorted(set(LOGINS) - {"backup", "migrator"}))
def test_backup__other_login__cannot_dump(filled: Database, login: str) -> None:
    done = program("pg_dump", f"--dbname={filled.settings.url(login)}", *ROWS)
    assert done.returncode != 0
    assert "permission denied" in done.stderr
