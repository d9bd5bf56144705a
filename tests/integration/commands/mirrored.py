"""A mirror and the WorkOS that it is of, as the commands see them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from typer.testing import CliRunner

from orgscope.cli import app
from orgscope.devstack import environment
from orgscope.devworkos import DevWorkOS, Server, scenario, serve
from orgscope.settings import Settings
from tests.database import Database
from tests.integration.command_line import run_process, start_process
from tests.tokens import CLIENT_ID
from tests.web import world

PATIENCE_S: Final = 30
RELATIONS: Final = {
    "user": "workos.users",
    "organization": "workos.organizations",
    "organization_domain": "workos.organization_domains",
    "organization_membership": "workos.organization_memberships",
}
_EMBEDDED: Final = frozenset({"user", "organization_name", "domains"})


@dataclass(frozen=True)
class Mirrored:
    """Runs commands against ``database`` and the WorkOS of ``server``, in a folder of its own."""

    database: Database
    server: Server
    folder: Path

    @property
    def world(self) -> DevWorkOS:
        """The WorkOS."""
        return self.server.world

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of a command says."""
        settings = self.database.settings.model_copy(
            update={
                "workos_base_url": self.server.url,
                "workos_api_key": SecretStr(self.world.api_key),
                "workos_issuer": self.database.settings.accepted_issuers,
            }
        )
        return environment(settings)

    def __call__(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return run_process(*words, cwd=self.folder, **{**self.variables, **more})

    def inside(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in this process, which is sooner; its errors are raised."""
        result = CliRunner().invoke(app, words, env=self.variables, catch_exceptions=False)
        return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command; the test ends it."""
        return start_process(*words, cwd=self.folder, **self.variables)

    def fill(
        self, *, organizations: int = 2, people: int = 5, ago: timedelta = timedelta(minutes=5)
    ) -> None:
        """Make up organizations and people; by default so lately that a new feed has them."""
        start = datetime.now(UTC) - ago
        scenario(
            self.world,
            organizations=organizations,
            people=people,
            seed=1,
            start=start.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        )

    def differences(self) -> list[tuple[str, str]]:
        """Return family and id of what differs from WorkOS, in what both always have."""
        expected = {
            "user": self.world.users,
            "organization": self.world.organizations,
            "organization_domain": self.world.domains,
            "organization_membership": self.world.memberships,
        }
        found = []
        for family, objects in expected.items():
            have = dict(
                self.database.rows(
                    f"select id, raw from {RELATIONS[family]} where deleted_at is null"
                )
            )
            want = {one["id"]: one for one in objects}
            found += [(family, id_) for id_ in have.keys() ^ want.keys()]
            found += [
                (family, id_)
                for id_ in have.keys() & want.keys()
                if _plain(have[id_]) != _plain(want[id_])
            ]
        return found


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in _EMBEDDED}


@contextmanager
def mirrored_by(
    database: Database, folder: Path, workos: DevWorkOS | None = None
) -> Iterator[Mirrored]:
    """Serve a WorkOS, and give what runs commands with it."""
    with serve(workos or world(), settings=Settings.model_construct()) as server:
        yield Mirrored(database, server, folder)


def another_world() -> DevWorkOS:
    """Return a WorkOS that is another environment."""
    return DevWorkOS(
        client_id=CLIENT_ID, api_key="sk_test_of_another_environment", hold_back_s=0, seed=77
    )


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def ids_of(output: str, prefix: str) -> Sequence[str]:
    """Return the first word of each line that begins with a prefix."""
    return [line.split()[0] for line in output.splitlines() if line.startswith(prefix)]
