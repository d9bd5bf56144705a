"""Each fault of the server has its line, and the command an exit code."""

from __future__ import annotations

import os
from typing import Any

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from orgscope.commands.doctor import doctor
from orgscope.doctor import Level, server
from tests.database import Database
from tests.tokens import CLIENT_ID


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
