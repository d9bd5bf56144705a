"""`orgscope serve`, as a process of its own, over a real socket."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.cli import app
from orgscope.commands.serve import reloaded
from orgscope.db import Database as Pools
from orgscope.devworkos import serve
from orgscope.errors import ConfigurationError, VersionMismatch
from orgscope.settings import LOGINS, Settings
from orgscope.web.readiness import REMEMBER_S
from tests.database import Database
from tests.tokens import CLIENT_ID
from tests.web import API_KEY, SECRET, world

PROJECT = """
from starlette.routing import Route
from orgscope import web
from tests.web import show_org

def create_app(settings, **options):
    return web.create_app(settings, routes=[Route("/org", show_org)], **options)
"""


@contextmanager
def serving(
    environment: Mapping[str, str], folder: Path, *arguments: str
) -> Iterator[httpx2.Client]:
    """Run the command until the block ends; what it says is in ``serve.log`` of the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = "from orgscope.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), *arguments]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=dict(environment), cwd=folder, stderr=log)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            deadline = time.monotonic() + 30
            while True:
                try:
                    client.get("/livez")
                    break
                except httpx2.ConnectError:
                    assert process.poll() is None, "orgscope serve ended"
                    assert time.monotonic() < deadline, "orgscope serve did not start"
                    time.sleep(0.05)
            yield client
    finally:
        process.terminate()
        assert process.wait(20) in {0, -15}


def environment_of(database: Database, base_url: str) -> dict[str, str]:
    """Return the environment of a process on a test's database and a local WorkOS."""
    return {
        **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
        **{f"ORGSCOPE_{login.upper()}_URL": database.settings.url(login) for login in LOGINS},
        "PYTHONPATH": os.pathsep.join(sys.path),
        "WORKOS_CLIENT_ID": CLIENT_ID,
        "WORKOS_API_KEY": API_KEY,
        "WORKOS_BASE_URL": base_url,
        "WORKOS_ISSUER": ",".join(database.settings.accepted_issuers),
        "WORKOS_WEBHOOK_SECRET": SECRET,
    }


def test_serve__project_with_keys__webhook_to_rows(database: Database, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(PROJECT)
    workos = world()
    with serve(workos, settings=Settings.model_construct()) as server:
        environment = environment_of(database, server.url)
        arguments = ("--app", "shop:create_app", "--with-keys")
        with serving(environment, tmp_path, *arguments) as client:
            assert client.get("/readyz").json()["status"] == "ready"
            url = f"{client.base_url}".rstrip("/") + "/api/webhooks/workos"
            workos.create_webhook_endpoint(url, secret=SECRET)
            person, acme = workos.create_user("a@example.com"), workos.create_organization("Acme")
            membership = workos.create_membership(person["id"], acme["id"])
            server.quiesce()
            headers = {"Authorization": f"Bearer {workos.mint_token(person['id'], acme['id'])}"}
            response = client.get("/org", headers=headers)
            assert (response.status_code, response.json()["org"]) == (200, acme["id"])
            workos.deactivate(membership["id"])
            server.quiesce()
            refused = client.get("/org", headers=headers)
            # WorkOS ends the sessions of whom it deactivates.
            assert (refused.status_code, refused.json()["code"]) == (401, "session-revoked")
            assert refused.json()["instance"] == refused.headers["x-request-id"]
            assert "server" not in refused.headers
    assert {one.state for one in workos.deliveries.log} == {"delivered"}
    origins = database.rows("select distinct origin from workos.organization_memberships")
    assert origins == [("webhook",)]


def test_serve__application_that_is_not_there__says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("WORKOS_CLIENT_ID", CLIENT_ID)
    for target in ("nowhere:create_app", "orgscope.web:nothing", "no_colon"):
        result = CliRunner().invoke(app, ["serve", "--app", target])
        assert isinstance(result.exception, ConfigurationError)
        assert "--app" in str(result.exception)


def warned(folder: Path) -> set[str]:
    """Return the variables that the log warns of."""
    log = (folder / "serve.log").read_text("utf-8")
    return set(
        re.findall(r"^WARNING:[^ ]*:(ORGSCOPE_[A-Z]+_URL) is set in a web", log, re.MULTILINE)
    )


def test_serve__url_that_a_web_process_must_not_have__warns(
    database: Database, tmp_path: Path
) -> None:
    variables = environment_of(database, "http://127.0.0.1:9")
    mighty = {"ORGSCOPE_DBA_URL": database.settings.url("dba")}
    with serving({**variables, **mighty}, tmp_path):
        assert warned(tmp_path) == {*mighty, "ORGSCOPE_MIGRATOR_URL", "ORGSCOPE_KEYS_URL"}
    log = (tmp_path / "serve.log").read_text("utf-8")
    assert "postgresql://" not in log
    web_only = {
        name: value
        for name, value in variables.items()
        if name not in {"ORGSCOPE_MIGRATOR_URL", "ORGSCOPE_KEYS_URL"}
    }
    with serving(web_only, tmp_path):
        assert warned(tmp_path) == set()


def test_serve__pushes_keys__does_not_warn_of_their_url(database: Database, tmp_path: Path) -> None:
    with serve(world(), settings=Settings.model_construct()) as server:
        with serving(environment_of(database, server.url), tmp_path, "--with-keys"):
            assert warned(tmp_path) == {"ORGSCOPE_MIGRATOR_URL"}


def test_serve__database_without_the_projects_revisions__not_ready_until_it_has_them(
    database: Database, tmp_path: Path
) -> None:
    project = deploy.init_project(tmp_path / "shop")
    variables = environment_of(database, "http://127.0.0.1:9")
    with (
        serving(variables, tmp_path, "--project", str(project.root)) as given,
        serving(variables, project.root) as found,
        serving(variables, project.root.parent) as without,
    ):
        assert without.get("/readyz").status_code == 200
        for client in (given, found):
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["checks"]["version"]) == (503, "failed")
        deploy.migrate(database.settings, project)
        time.sleep(REMEMBER_S)
        assert [one.get("/readyz").status_code for one in (given, found)] == [200, 200]


async def test_pool__database_without_the_projects_revisions__refused(
    database: Database, tmp_path: Path
) -> None:
    project = deploy.init_project(tmp_path / "shop")
    settings = database.settings.model_copy(update={"project": project.root})
    async with Pools(settings) as pools:
        with pytest.raises(VersionMismatch, match="revision 0001 of shop"):
            async with pools.login("sync"):
                pass


def test_reloaded__project_of_the_parent__is_the_applications(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = deploy.init_project(tmp_path / "shop")
    (project.root / ".env").write_text("WORKOS_CLIENT_ID=client_of_the_project\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("ORGSCOPE_SERVE_APP", "seen:create_app")
    monkeypatch.setenv("ORGSCOPE_PROJECT", str(project.root))
    (tmp_path / "seen.py").write_text("def create_app(settings, **_): return settings\n")
    settings = reloaded()
    assert settings.project == project.root
    assert settings.workos_client_id == "client_of_the_project"
