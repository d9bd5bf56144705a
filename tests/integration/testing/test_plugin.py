"""The plugin as pytest finds it in a user's project: by its entry point, with nothing in conftest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orgscope import deploy
from tests.projects import BOOKING

NEAR_NOTHING = """
import sys

def test_nothing():
    ours = [name for name in sys.modules if name.startswith("orgscope.")]
    assert ours == ["orgscope.pytest_plugin"]  # other plugins may have imported what it imports
"""
EVERYTHING = """
import os
import httpx2
import pytest
from starlette.testclient import TestClient
from orgscope.testing import WEBHOOK_PATH, deliver, user, webhook
from orgscope.web import create_app

@pytest.fixture(scope="session", autouse=True)
def server(orgscope_server):
    yield
    with open(os.environ["SERVERS"], "a") as file:
        file.write(f"{orgscope_server.pid} {orgscope_server.data_dir}\\n")

def test_project(orgscope_project, orgscope_database):
    assert orgscope_project.name == "booking"
    assert orgscope_database.rows("select count(*) from app.events") == [(0,)]

@pytest.mark.parametrize("again", [False, True])
def test_database(orgscope_database, again):
    assert orgscope_database.rows("select count(*) from workos.users") == [(0,)]
    orgscope_database.add_member()
    with orgscope_database.act_as() as person:
        person.assert_visible("app.profiles")

def test_devworkos(orgscope_devworkos, orgscope_database, orgscope_settings):
    world = orgscope_devworkos.world
    assert orgscope_devworkos.url.startswith("http://127.0.0.1:")
    assert orgscope_settings.workos_base_url == orgscope_devworkos.url
    ada = world.create_user("ada@example.com")
    acme = world.create_organization("Acme")
    world.create_membership(ada["id"], acme["id"])
    orgscope_database.add_member("user_01BOB", "org_01OTHER")
    with TestClient(create_app(orgscope_settings)) as client:
        hook = webhook("user.created", user("user_01EVE"))
        answer = client.post(WEBHOOK_PATH, content=hook.body, headers=hook.headers)
        assert answer.status_code == 200
    assert orgscope_database.rows("select id from workos.users where id like '%EVE'") != []

async def test_app(orgscope_settings, orgscope_database):
    app = create_app(orgscope_settings)
    async with app.router.lifespan_context(app):
        assert (await deliver(app, webhook("user.created", user("user_01EVE")))).status_code == 200
        forged = webhook("user.created", user("user_01EVA"), secret="whsec_somebody_elses")
        assert (await deliver(app, forged)).status_code == 401
    assert orgscope_database.rows("select id from workos.users") == [("user_01EVE",)]
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project's tests, to be run in a process of their own, in an environment of its own."""
    monkeypatch.setenv("WORKOS_CLIENT_ID", "client_01OF_THE_ENVIRONMENT")
    monkeypatch.setenv("ORGSCOPE_API_URL", "postgresql://production.example/app")
    monkeypatch.setenv("SERVERS", str(pytester.path / "servers.txt"))
    pytester.makepyprojecttoml(
        f"""
        [tool.pytest.ini_options]
        addopts = "--strict-config --strict-markers"
        asyncio_mode = "auto"
        asyncio_default_fixture_loop_scope = "function"
        filterwarnings = ["error"]
        orgscope_project = "{BOOKING}"
        """
    )
    return pytester


def test_plugin__no_fixture_used__nothing_is_imported(project: pytest.Pytester) -> None:
    project.makepyfile(NEAR_NOTHING)
    project.runpytest_subprocess("-p", "no:asyncio", "-c", os.devnull).assert_outcomes(passed=1)


def test_plugin__every_fixture__works_in_each_worker_and_leaves_nothing(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(EVERYTHING)
    project.runpytest_subprocess("-n", "2").assert_outcomes(passed=5)
    servers = [line.split() for line in Path(os.environ["SERVERS"]).read_text().splitlines()]
    assert len(servers) == 2
    assert len({data for _, data in servers}) == 2
    for pid, data in servers:
        assert not Path(data).exists()
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_plugin__no_setting__takes_the_rootdir_or_orgscope_alone(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("def test_it(orgscope_project): assert orgscope_project is None")
    pytester.runpytest_inprocess("-p", "no:asyncio").assert_outcomes(passed=1)
    deploy.init_project(pytester.path / "shop")
    pytester.makepyfile(
        **{"shop/test_it": "def test_it(orgscope_project): assert orgscope_project.name == 'shop'"}
    )
    pytester.runpytest_inprocess("-p", "no:asyncio", "--rootdir=shop", "shop").assert_outcomes(
        passed=1
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [("nowhere", "orgscope.toml does not exist"), ("one two", "names 2 folders; expected one")],
)
def test_plugin__wrong_setting__says_what_is_expected(
    pytester: pytest.Pytester, setting: str, message: str
) -> None:
    pytester.makeini(f"[pytest]\norgscope_project = {setting}")
    pytester.makepyfile("def test_it(orgscope_database): pass")
    result = pytester.runpytest_inprocess("-p", "no:asyncio")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(f"*ConfigurationError*{message}*")


def test_plugin__production_key_in_the_environment__no_local_workos(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKOS_API_KEY", "sk_live_of_production")
    pytester.makepyfile("def test_it(orgscope_devworkos): pass")
    result = pytester.runpytest_inprocess("-p", "no:asyncio")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*ConfigurationError*production key*")


def test_plugin__pytest_not_installed__says_what_to_install_and_testing_works() -> None:
    code = (
        "import sys; sys.modules['pytest'] = None\n"  # What is None there cannot be imported.
        "import orgscope.testing\n"
        "import orgscope.pytest_plugin\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ConfigurationError: orgscope.pytest_plugin needs pytest." in done.stderr
    assert "pip install 'orgscope[testing]'" in done.stderr
