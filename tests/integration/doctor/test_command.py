"""`orgscope doctor` ends with a code that a deployment can wait for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from orgscope.commands.doctor import doctor
from orgscope.devworkos import serve
from orgscope.doctor import Finding, Level, What, exit_code
from orgscope.settings import Settings
from tests.database import Database
from tests.tokens import CLIENT_ID
from tests.web import world

APP = typer.Typer()
APP.command()(doctor)

OK = Finding(Level.OK, What.CLOCK, "well")
WARN = Finding(Level.WARN, What.CLOCK, "weak", "mend")
FAIL = Finding(Level.FAIL, What.CLOCK, "wrong", "mend")
UNSEEN = Finding(Level.FAIL, What.CLOCK, "away", "mend", is_unseen=True)


@pytest.mark.parametrize(
    ("found", "code", "strict"),
    [
        ([OK], 0, 0),
        ([OK, WARN], 0, 1),
        ([OK, WARN, FAIL], 1, 1),
        ([OK, UNSEEN], 2, 2),
        ([WARN, UNSEEN], 2, 1),
        ([FAIL, UNSEEN], 1, 1),
    ],
)
def test_exit_code__what_is_wrong_goes_before_what_was_not_seen(
    found: list[Finding], code: int, strict: int
) -> None:
    assert exit_code(found, strict=False) == code
    assert exit_code(found, strict=True) == strict


@pytest.fixture
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of a host of monitoring, with a local WorkOS."""
    for name in [name for name in os.environ if name.startswith(("WORKOS_", "ORGSCOPE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir("/")
    with serve(world(), settings=Settings(_env_file=None)) as server:
        monkeypatch.setenv("WORKOS_BASE_URL", server.url)
        monkeypatch.setenv("WORKOS_ISSUER", ",".join(database.settings.accepted_issuers))
        monkeypatch.setenv("WORKOS_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("WORKOS_WEBHOOK_SECRET", "whsec_s3cr3t_of_the_endpoint")
        monkeypatch.setenv("ORGSCOPE_MONITOR_URL", database.settings.url("monitor"))
        jwk = server.world.keys.current.jwk
        with database.connect("keys") as connection:
            connection.execute(
                "select authz.put_keys(%s::jsonb)", (json.dumps({"keys": [dict(jwk)]}),)
            )
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, arguments)


@pytest.mark.usefixtures("environment")
def test_doctor_command__all_well_or_not__exit_code(database: Database) -> None:
    well = run()
    assert (well.exit_code, "fail" in well.output) == (0, False), well.output
    assert run("--strict").exit_code == 1  # nobody has read WorkOS
    database.admin.execute("delete from authz.jwks")
    sick = run()
    assert sick.exit_code == 1
    assert "fail signing keys: The database has none" in sick.output
    assert "orgscope keys sync" in sick.output
    assert "s3cr3t" not in sick.output + well.output


@pytest.mark.usefixtures("environment")
def test_doctor_command__json__each_line_and_the_code(database: Database) -> None:
    found = json.loads(run("--json").output)
    assert found["exit_code"] == 0
    assert {one["level"] for one in found["findings"]} == {"ok", "warn"}
    assert {"level", "what", "why", "mend", "unseen"} == set(found["findings"][0])
    database.admin.execute("delete from authz.jwks")
    result = run("--json")
    found = json.loads(result.output)
    assert result.exit_code == found["exit_code"] == 1
    assert ("fail", "signing keys") in {(one["level"], one["what"]) for one in found["findings"]}


@pytest.mark.usefixtures("environment")
def test_doctor_command__could_not_look__exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGSCOPE_MONITOR_URL", "postgresql://orgscope_monitor:s3cr3t@127.0.0.1:9/x")
    away = run()
    assert (away.exit_code, "s3cr3t" in away.output) == (2, False)
    assert json.loads(run("--json").output)["exit_code"] == 2
    monkeypatch.setenv("ORGSCOPE_MONITOR_URL", "postgresql://orgscope_monitor:s3@cr3t@host/x")
    wrong = run()
    assert (wrong.exit_code, "s3@cr3t" in wrong.output) == (2, False)
    assert "nothing was looked at" in wrong.output
