"""What the commands say when something is wrong: one message, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from psycopg.conninfo import make_conninfo
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup
from typer.testing import CliRunner

from orgscope.cli import app
from orgscope.commands.failure import describe, failures
from orgscope.errors import KeyRefused
from orgscope.settings import URLS
from tests.database import Database
from tests.integration.command_line import failure, run_process


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3cret@127.0.0.1:1/d", "postgresql://u:s3cr@et@127.0.0.1/d", "s3cret x"]
)
@pytest.mark.parametrize("command", ["roles", "migrate", "plan", "drift"])
def test_command__no_connection__message_without_password(
    tmp_path: Path, command: str, url: str
) -> None:
    result = run_process(command, cwd=tmp_path, ORGSCOPE_DBA_URL=url, ORGSCOPE_MIGRATOR_URL=url)
    variable = "ORGSCOPE_DBA_URL" if command == "roles" else "ORGSCOPE_MIGRATOR_URL"
    assert variable in " ".join(result.stderr.split())
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "s3cr" not in result.stdout + result.stderr
    assert "et@" not in result.stderr


CONNECTING = (
    ("roles",),
    ("adopt",),
    ("migrate",),
    ("plan",),
    ("drift",),
    ("keys", "sync"),
    ("keys", "list"),
    ("keys", "pin"),
    ("keys", "retire", "kid"),
    ("keys", "rotate-seal"),
    ("doctor",),
    ("worker",),
    ("worker", "--once"),
    ("feed",),
    ("feed", "--once"),
    ("backfill",),
    ("reconcile",),
    ("status",),
    ("status", "--organization", "org_1"),
    ("trace", "event_1"),
    ("rebuild", "--reason", "a test"),
    ("erase", "user_1", "--reason", "a test"),
    ("sync", "tasks"),
    ("inbox", "list"),
    ("inbox", "show", "event_1", "--reason", "a reason"),
    ("inbox", "retry"),
    ("inbox", "replay", "event_1"),
    ("sync", "user", "user_1"),
    ("sync", "org", "org_1"),
    ("sync", "all"),
    ("serve",),
    ("serve", "--reload"),
    ("serve", "--with-keys"),
    ("isolation", "test"),
    ("isolation", "test", "postgresql://user@127.0.0.1:1/database"),
    ("policy", "matrix"),
    ("policy", "explain", "app.events", "--reason", "a test"),
    ("snapshot",),
    ("lint",),
    ("explain-cost", "--statements", "1", "--org", "org_1", "--reason", "a test"),
)
OTHERS = {"version", "init", "revision", "dev"}
"""The commands that connect to no database of the settings; beside `policy new`."""
LOOKING = {"isolation", "doctor", "lint"}
"""The commands that say with 2 that they could not look; beside `policy matrix`."""


def test_commands__all_of_them__are_in_one_of_the_two_lists() -> None:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    assert root.commands.keys() == {words[0] for words in CONNECTING} | OTHERS
    for name in ("keys", "isolation", "inbox", "sync", "policy"):
        group = root.commands[name]
        assert isinstance(group, TyperGroup)
        others = {"new"} if name == "policy" else set()
        assert group.commands.keys() == others | {
            words[1] for words in CONNECTING if words[0] == name
        }


@pytest.mark.parametrize("words", CONNECTING, ids=" ".join)
def test_command__any_url_malformed__says_which_and_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for login in URLS:
        variable = f"ORGSCOPE_{login.upper()}_URL"
        variables = {"WORKOS_CLIENT_ID": "client_1", variable: "postgresql://u:s3cr@et@127.0.0.1/d"}
        result = CliRunner().invoke(app, [*words], env=variables)
        said = result.output
        if isinstance(result.exception, failures()):
            said += describe(result.exception)
        assert f"{variable} is not a connection URL" in said
        looks = words[0] in LOOKING or words[:2] == ("policy", "matrix")
        assert result.exit_code == (2 if looks else 1)
        assert "s3cr" not in said
        assert "et@" not in said


@pytest.fixture
def undeployed(database: Database) -> Iterator[dict[str, str]]:
    """The environment of a database with nothing in it, on a server with the roles."""
    name = f"{database.admin.info.dbname}_undeployed"
    database.admin.execute(f"create database {name}".encode())
    urls = {
        f"ORGSCOPE_{login.upper()}_URL": make_conninfo(database.settings.url(login), dbname=name)
        for login in ("keys", "monitor", "migrator", "api")
    }
    yield {"WORKOS_CLIENT_ID": "client_1", **urls}
    database.admin.execute(f"drop database {name} with (force)".encode())


@pytest.mark.parametrize(
    "words", [("keys", "list"), ("keys", "pin"), ("keys", "retire", "x"), ("keys", "rotate-seal")]
)
def test_command__database_not_deployed__one_message_that_says_so(
    tmp_path: Path, undeployed: dict[str, str], words: tuple[str, ...]
) -> None:
    said = failure(run_process(*words, cwd=tmp_path, **undeployed))
    assert "orgscope is not deployed in this database" in said
    assert "orgscope migrate" in said


def test_command__login_that_may_not__the_same_message(database: Database, tmp_path: Path) -> None:
    url = database.settings.url("backup")
    said = failure(run_process("keys", "list", cwd=tmp_path, ORGSCOPE_KEYS_URL=url))
    assert "or this login may not do that" in said


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select * from nowhere.t", "orgscope is not deployed"),
        ("select * from nothing", "orgscope is not deployed"),
        ("select nothing()", "orgscope is not deployed"),
        ("set role orgscope_owner; create role x", "may not do that"),
        ("select 's3cret'::int", "refused a value"),
        (
            "create temp table t (a text primary key); insert into t values ('s3cret'), ('s3cret')",
            "t_pkey",
        ),
        (
            "do $$ begin raise exception 'refused' using detail = 's3cret', hint = 's3cret'; end $$",
            "refused",
        ),
    ],
)
def test_describe__error_of_the_server__never_a_row_or_a_parameter(
    database: Database, statement: str, expected: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        with psycopg.connect(database.settings.url("dba")) as connection:
            connection.execute(statement.encode())
    for error in (caught.value, DBAPIError(statement, {"a": "s3cret"}, caught.value)):
        assert expected in describe(error)
        assert "s3cret" not in describe(error)
        assert "\n" not in describe(error)


def test_describe__error_of_ours_from_sql__its_hint_and_no_context(database: Database) -> None:
    with database.connect("keys") as connection:
        with pytest.raises(KeyRefused) as caught:
            connection.execute("select authz.withdraw_keys('{}')")
    assert describe(caught.value) == (
        "expected the kids of the keys that WorkOS serves, and got none. A document without a key "
        "says nothing about the keys. See WORKOS_CLIENT_ID."
    )


def test_describe__connection_that_broke__says_so(database: Database) -> None:
    with pytest.raises(psycopg.Error) as caught:
        with database.connect("keys") as connection:
            connection.close()
            connection.execute("select 's3cret'")
    assert describe(caught.value).startswith("the connection to the database broke")
