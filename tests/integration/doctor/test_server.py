"""Each fault of the server has its line."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from orgscope.doctor import Level, server
from orgscope.embedded import temporary_server
from orgscope.testing.memory import IN_MEMORY
from tests.database import Database
from tests.integration.doctor.examined import findings, levels
from tests.web import web_settings


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
    assert server._version(connection_of(number)).level is level


def connection_of(number: int) -> Any:
    """Return a connection to a server of this version; none of them can be had here."""
    return SimpleNamespace(info=SimpleNamespace(server_version=number))


@pytest.mark.parametrize(
    ("number", "missing"),
    [
        (150_002, ["2023-2455", "2023-39418", "2024-10976", "2025-8713", "2026-14666"]),
        (150_014, ["2026-14666"]),
        (160_004, ["2024-10976", "2025-8713", "2026-14666"]),
        (170_000, ["2024-10976", "2025-8713", "2026-14666"]),
        (170_005, ["2025-8713", "2026-14666"]),
        (180_005, ["2026-14666"]),
        (180_006, []),
    ],
)
def test_doctor__server_version__names_each_hole(number: int, missing: list[str]) -> None:
    finding = server._version(connection_of(number))
    assert re.findall(r"CVE-([0-9-]+),", finding.why) == missing


@pytest.mark.parametrize(
    ("statement", "level", "said"),
    [
        ("row_security = off", Level.FAIL, "row_security = off"),
        ("search_path = public, pg_catalog", Level.FAIL, "search_path = public, pg_catalog"),
        ("session_preload_libraries = 'plpgsql'", Level.WARN, "session_preload_libraries"),
    ],
)
def test_doctor__setting_of_the_database__is_named(
    database: Database, statement: str, level: Level, said: str
) -> None:
    assert levels(web_settings(database), "session settings") == {Level.OK}
    name = database.admin.info.dbname
    database.admin.execute(f'alter database "{name}" set {statement}'.encode())
    (finding,) = findings(web_settings(database))["session settings"]
    assert (finding.level, said in finding.why) == (level, True)
    assert "from the database" in finding.why


@pytest.mark.parametrize(
    "setting",
    ["row_security = on", "row_security = TRUE", "search_path = pg_catalog, pg_temp"],
)
def test_doctor__setting_that_takes_nothing_away__ok(database: Database, setting: str) -> None:
    name = database.admin.info.dbname
    database.admin.execute(f'alter database "{name}" set {setting}'.encode())
    assert levels(web_settings(database), "session settings") == {Level.OK}


def test_doctor__setting_of_the_server__is_named(database: Database) -> None:
    database.admin.execute("alter system set transform_null_equals = on")
    try:
        reload_until(database, "on")
        (finding,) = findings(web_settings(database))["session settings"]
    finally:
        database.admin.execute("alter system reset transform_null_equals")
        reload_until(database, "off")
    assert (finding.level, "configuration file" in finding.why) == (Level.FAIL, True)


def reload_until(database: Database, value: str) -> None:
    """Reload, and wait until a new session begins with the value."""
    database.admin.execute("select pg_reload_conf()")
    found = None
    while found != value:
        with database.connect("monitor") as connection:
            [(found,)] = connection.execute("show transform_null_equals").fetchall()


def test_doctor__transactions_may_be_prepared__warns() -> None:
    options = {"max_prepared_transactions": "5"}
    with (
        temporary_server(base=IN_MEMORY, options=options) as there,
        psycopg.connect(there.url()) as connection,
    ):
        finding = server._prepared_transactions(connection)
    assert (finding.level, finding.why.startswith("5: ")) == (Level.WARN, True)


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
