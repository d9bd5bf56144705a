"""The doctor: silent where all is well, and each fault has its line."""

from __future__ import annotations

import os
from typing import Any

import psycopg
import pytest
import typer
from pydantic import SecretStr
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.commands.doctor import doctor
from orgscope.doctor import Finding, Level, examine, roles, server
from orgscope.settings import Settings
from tests.database import Database
from tests.tokens import CLIENT_ID
from tests.web import web_settings


def findings(settings: Settings) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in examine(settings):
        found.setdefault(finding.what, []).append(finding)
        assert finding.why
        assert bool(finding.mend) == (finding.level is not Level.OK)
    return found


def levels(settings: Settings, what: str) -> set[Level]:
    return {finding.level for finding in findings(settings)[what]}


def test_doctor__fresh_deployment_with_a_key__nothing_fails(database: Database) -> None:
    database.put_key()
    found = findings(web_settings(database))
    failed = [one for group in found.values() for one in group if one.level is Level.FAIL]
    assert failed == []
    assert {what for what, group in found.items() if group[0].level is Level.OK} >= {
        "webhook secret",
        "database",
        "clock",
        "max_prepared_transactions",
        "PUBLIC",
        "catalogue functions",
        "roles",
        "memberships",
        "login settings",
        "version",
        "settings",
        "signing keys",
        "search_path",
    }


@pytest.mark.parametrize("login", ["monitor", "keys"])
def test_doctor__any_of_its_logins__sees_the_deployment(database: Database, login: str) -> None:
    others = {f"{one}_url": None for one in ("monitor", "keys") if one != login}
    found = findings(web_settings(database, **others))
    assert found["database"][0].why == f"Connected as orgscope_{login}."
    assert found["version"][0].level is Level.OK


def test_doctor__process_without_secret_and_with_the_keys_login__warns(database: Database) -> None:
    found = findings(database.settings)
    assert found["webhook secret"][0].level is Level.WARN
    assert found["login of keys"][0].level is Level.WARN
    assert "login of keys" not in findings(web_settings(database, keys_url=None))


def test_doctor__no_url__fails(database: Database) -> None:
    settings = web_settings(database, monitor_url=None, keys_url=None)
    assert levels(settings, "database") == {Level.FAIL}


def test_doctor__privilege_taken_away__said_and_the_rest_looked_at(database: Database) -> None:
    database.admin.execute("revoke execute on function authz.list_keys() from orgscope_monitor")
    found = findings(web_settings(database))
    assert [one.level for one in found["database"]] == [Level.OK, Level.FAIL]
    assert "42501" in found["database"][1].why


def test_doctor__database_away__fails_and_hides_the_password(database: Database) -> None:
    away = SecretStr("postgresql://orgscope_monitor:s3cr3t@127.0.0.1:9/nowhere")
    found = findings(web_settings(database, monitor_url=away))
    assert found["database"][0].level is Level.FAIL
    assert "s3cr3t" not in repr(found)


@pytest.mark.parametrize(
    ("statement", "what", "said"),
    [
        ("delete from authz.jwks", "signing keys", "keys sync"),
        ("grant temp on database {db} to public", "PUBLIC", "temporary"),
        ("grant create on schema public to public", "PUBLIC", "public"),
        (
            "create function sync.loose() returns int language sql as 'select 1'",
            "search_path",
            "loose",
        ),
        (
            "create function authz.loose() returns int language sql set search_path = pg_catalog "
            "as 'select 1'",
            "search_path",
            "loose",
        ),
        (
            "delete from deploy.revisions where revision = (select max(revision) from "
            "deploy.revisions)",
            "version",
            "migrate",
        ),
    ],
)
def test_doctor__fault_in_the_database__fails_and_says_what(
    database: Database, statement: str, what: str, said: str
) -> None:
    database.put_key()
    name = database.admin.info.dbname
    database.admin.execute(statement.format(db=f'"{name}"').encode())
    failed = [one for one in findings(web_settings(database))[what] if one.level is Level.FAIL]
    assert [said in one.why + one.mend for one in failed] == [True]


def test_doctor__other_settings__fails(database: Database) -> None:
    assert levels(web_settings(database, token_leeway_s=20), "settings") == {Level.FAIL}


@pytest.mark.parametrize(
    ("statement", "undo", "what", "said"),
    [
        (
            "alter role orgscope_api bypassrls",
            "alter role orgscope_api nobypassrls",
            "roles",
            "orgscope_api",
        ),
        (
            "grant orgscope_owner to orgscope_api",
            "revoke orgscope_owner from orgscope_api",
            "memberships",
            "orgscope_api may become orgscope_owner",
        ),
        (
            "grant pg_read_all_data to orgscope_user",
            "revoke pg_read_all_data from orgscope_user",
            "memberships",
            "orgscope_api may become pg_read_all_data",
        ),
        (
            "create role somebody; grant orgscope_definer to somebody",
            "revoke orgscope_definer from somebody; drop role somebody",
            "memberships",
            "somebody may become orgscope_definer",
        ),
        (
            "alter role orgscope_api inherit; revoke orgscope_user from orgscope_api; "
            "grant orgscope_user to orgscope_api",
            None,
            "memberships",
            "orgscope_api inherits orgscope_user",
        ),
        (
            "alter role orgscope_api set default_transaction_read_only = on",
            "alter role orgscope_api reset default_transaction_read_only",
            "login settings",
            "orgscope_api.default_transaction_read_only",
        ),
        (
            "alter role orgscope_api reset search_path",
            "alter role orgscope_api set search_path = pg_catalog, pg_temp",
            "login settings",
            "orgscope_api.search_path",
        ),
    ],
)
def test_doctor__fault_in_the_roles__fails_and_says_what(
    database: Database, statement: str, undo: str | None, what: str, said: str
) -> None:
    """Roles belong to the whole server, so each test puts back what it took."""
    database.admin.execute(statement.encode())
    try:
        found = findings(web_settings(database))[what]
    finally:
        if undo is None:
            database.admin.execute(
                "alter role orgscope_api noinherit; revoke orgscope_user from orgscope_api"
            )
            deploy.create_roles(database.settings)
        else:
            database.admin.execute(undo.encode())
    assert [(one.level, said in one.why) for one in found] == [(Level.FAIL, True)]
    assert levels(web_settings(database), what) == {Level.OK}


@pytest.mark.parametrize("role", ["orgscope_api", "orgscope_sync"])
@pytest.mark.parametrize(
    "value", ["reset log_parameter_max_length", "set log_parameter_max_length = 100"]
)
def test_doctor__parameters_may_be_logged__warns(database: Database, role: str, value: str) -> None:
    database.admin.execute(f"alter role {role} {value}".encode())
    try:
        found = findings(web_settings(database))["login settings"]
    finally:
        database.admin.execute(f"alter role {role} set log_parameter_max_length = 0".encode())
    assert [one.level for one in found] == [Level.WARN]
    assert f"{role}.log_parameter_max_length" in found[0].why
    assert levels(web_settings(database), "login settings") == {Level.OK}


@pytest.mark.parametrize("file", ["roles_settings.sql", "roles_hardening.sql"])
def test_doctor__files_without_settings__fails_instead_of_comparing_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    real = roles._expected
    monkeypatch.setattr(
        roles, "_expected", lambda prefix, name: {} if name == file else real(prefix, name)
    )
    found = findings(web_settings(database))["login settings"]
    assert [(one.level, "nothing can be compared" in one.why) for one in found] == [
        (Level.FAIL, True)
    ]


def test_doctor__catalogue_functions_open_to_public__one_warning_for_each_harm(
    database: Database,
) -> None:
    for function in (
        "pg_terminate_backend(integer, bigint)",
        "pg_advisory_lock(bigint)",
        "lo_create(oid)",
        "query_to_xml(text, boolean, boolean, text)",
    ):
        database.admin.execute(
            f"grant execute on function pg_catalog.{function} to public".encode()
        )
    found = findings(web_settings(database))["catalogue functions"]
    assert [one.level for one in found] == [Level.WARN] * 4
    said = "\n".join(one.why for one in found)
    for name in ("pg_terminate_backend", "pg_advisory_lock", "lo_create", "query_to_xml"):
        assert said.count(name) == 1


@pytest.mark.parametrize(
    ("number", "level"),
    [
        (140_020, Level.FAIL),
        (150_018, Level.WARN),
        (150_019, Level.OK),
        (160_014, Level.WARN),
        (160_015, Level.OK),
        (170_010, Level.WARN),
        (180_005, Level.WARN),
        (180_006, Level.OK),
        (190_000, Level.OK),
    ],
)
def test_doctor__server_version__floor_of_each_major(number: int, level: Level) -> None:
    class Info:
        server_version = number

    class Connection:
        info = Info()

    connection: Any = Connection()
    assert server._version(connection).level is level


@pytest.mark.parametrize(
    ("skew_s", "level"), [(0.0, Level.OK), (-5.0, Level.WARN), (60.0, Level.FAIL)]
)
def test_doctor__clock__skew_beyond_the_leeway_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch, skew_s: float, level: Level
) -> None:
    real = server.time.time
    monkeypatch.setattr(server.time, "time", lambda: real() + skew_s)
    with psycopg.connect(database.settings.url("monitor")) as connection:
        assert server._clock(connection, database.settings).level is level


def test_doctor_command__all_well_or_not__exit_code(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = typer.Typer()
    app.command()(doctor)
    for name in [name for name in os.environ if name.startswith(("WORKOS_", "ORGSCOPE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir("/")
    monkeypatch.setenv("WORKOS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("WORKOS_WEBHOOK_SECRET", "whsec_s3cr3t_of_the_endpoint")
    monkeypatch.setenv("ORGSCOPE_MONITOR_URL", database.settings.url("monitor"))
    sick = CliRunner().invoke(app, [])
    assert sick.exit_code == 1
    assert "fail signing keys: The database has none" in sick.output
    assert "orgscope keys sync" in sick.output
    database.put_key()
    well = CliRunner().invoke(app, [])
    assert (well.exit_code, "fail" in well.output) == (0, False)
    assert "s3cr3t" not in sick.output + well.output
