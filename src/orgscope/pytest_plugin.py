"""pytest's fixtures for a project on orgscope; nothing starts or is imported before one is used.

pytest finds this module by its entry point; ``-p no:orgscope`` turns it off. What the fixtures
return is of ``orgscope.testing``, ``orgscope.embedded`` and ``orgscope.devworkos``.

    [tool.pytest.ini_options]
    orgscope_project = "."          # the folder with orgscope.toml; by default pytest's rootdir
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import pytest
except ImportError:
    from orgscope.errors import ConfigurationError

    raise ConfigurationError(
        "orgscope.pytest_plugin needs pytest. Install it with: pip install 'orgscope[testing]'"
    ) from None

if TYPE_CHECKING:
    from orgscope.deploy import Project
    from orgscope.devworkos import Server as WorkOSServer
    from orgscope.embedded import Server
    from orgscope.settings import Settings
    from orgscope.testing import Database, Template

__all__ = [
    "orgscope_database",
    "orgscope_devworkos",
    "orgscope_project",
    "orgscope_server",
    "orgscope_settings",
    "orgscope_template",
]

_INI = "orgscope_project"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting that names the project."""
    parser.addini(_INI, "the folder with orgscope.toml (default: rootdir)", type="paths")


@pytest.fixture(scope="session")
def orgscope_project(pytestconfig: pytest.Config) -> Project | None:
    """The project that is deployed: of the setting, else of pytest's rootdir, else orgscope alone.

    Raises ConfigurationError when the folder that is set has no ``orgscope.toml``.
    """
    from orgscope.errors import ConfigurationError  # noqa: PLC0415
    from orgscope.project import PROJECT_FILE, Project  # noqa: PLC0415

    folders: list[Path] = pytestconfig.getini(_INI)
    if len(folders) > 1:
        raise ConfigurationError(f"{_INI} names {len(folders)} folders; expected one.")
    if folders:
        return Project.load(folders[0])
    root = pytestconfig.rootpath
    return Project.load(root) if (root / PROJECT_FILE).is_file() else None


@pytest.fixture(scope="session")
def orgscope_server() -> Iterator[Server]:
    """A private PostgreSQL without durability, of this test process alone and gone with it."""
    from orgscope.testing import running_server  # noqa: PLC0415

    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def orgscope_template(orgscope_server: Server, orgscope_project: Project | None) -> Template:
    """The database that is deployed once and cloned for each test."""
    from orgscope.testing import Template  # noqa: PLC0415

    return Template.deployed(orgscope_server, orgscope_project)


@pytest.fixture
def orgscope_database(orgscope_template: Template) -> Iterator[Database]:
    """A migrated database of this test's own, with a signing key and no row in it."""
    with orgscope_template.clone() as database:
        database.put_key()
        yield database


@pytest.fixture
def orgscope_devworkos() -> Iterator[WorkOSServer]:
    """A local WorkOS on a free loopback port, whose tokens the test's database accepts.

    ``orgscope_devworkos.world`` is where people are made; ``orgscope_database.mirror`` takes them
    over without a webhook.

    Raises ConfigurationError beside a production key, as ``orgscope.devworkos.serve`` does.
    """
    from orgscope.devworkos import serve  # noqa: PLC0415
    from orgscope.testing import local_workos  # noqa: PLC0415

    with serve(local_workos()) as server:
        yield server


@pytest.fixture
def orgscope_settings(orgscope_database: Database, orgscope_devworkos: WorkOSServer) -> Settings:
    """The settings of an application on this test's database, in front of its local WorkOS."""
    from orgscope.testing import app_settings  # noqa: PLC0415

    return app_settings(orgscope_database, orgscope_devworkos)
