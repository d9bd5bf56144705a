"""The mirror under test: a database of its own, and the commands of orgscope that fill it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import sql
from psycopg.rows import dict_row
from pydantic import SecretStr

from orgscope.devstack import environment
from tests.database import Database, database_of_its_own
from tests.integration.command_line import run_process
from tests.interop.comparison import TABLES, Comparison, compare
from tests.interop.emulator import Emulator, Json

__all__ = ["Mirror", "mirror_of"]

_UNKNOWN: Final = "event_01HZZZZZZZZZZZZZZZZZZZZZZZ"


@dataclass(frozen=True, slots=True)
class Mirror:
    """A mirror of ``emulator``; its commands run in ``folder``."""

    database: Database
    emulator: Emulator
    folder: Path
    variables: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return run_process(*words, cwd=self.folder, **self.variables)

    def reconcile(self, *words: str) -> tuple[int, Json, str]:
        """Run a reconcile; return its exit status, its report, and what it said."""
        file = self.folder / "report.json"
        file.write_text("{}", "utf-8")
        done = self.run("reconcile", "--json", str(file), *words)
        return done.returncode, json.loads(file.read_text("utf-8") or "{}"), done.stderr

    def compare(self) -> Comparison:
        """Compare everything that the emulator shows now with every live row."""
        result = Comparison()
        for family, objects in self.emulator.objects().items():
            result += compare(family, objects, self._live(family))
        return result

    def missed(self, events: list[Json]) -> list[Json]:
        """Return those of the events that are not in the inbox."""
        have = {one for (one,) in self.database.rows("select id from sync.inbox")}
        return [one for one in events if one["id"] not in have]

    def failed(self) -> list[tuple[Any, ...]]:
        """Return the events that could not be applied: id, type, error."""
        return self.database.rows(
            "select id, type, error from sync.inbox where status = 'failed' order by id"
        )

    def forget_cursor(self) -> None:
        """Let the feed stand at an event that WorkOS does not know."""
        self.database.admin.execute("update sync.feeds set cursor_id = %s", (_UNKNOWN,))

    def plant_difference(self) -> None:
        """Make one field of one person wrong."""
        self.database.admin.execute(
            "update workos.users set raw = raw || %s where id = ("
            "  select min(id) from workos.users where deleted_at is null)",
            ('{"first_name": "planted"}',),
        )

    def _live(self, family: str) -> list[Json]:
        schema, table = TABLES[family].split(".")
        query = sql.SQL("select * from {} where deleted_at is null").format(
            sql.Identifier(schema, table)
        )
        with self.database.admin.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query).fetchall()


@contextmanager
def mirror_of(emulator: Emulator, folder: Path) -> Iterator[Mirror]:
    """Make an empty mirror of an emulator, for the length of the block."""
    with database_of_its_own("interop") as database:
        settings = database.settings.model_copy(
            update={
                "workos_base_url": emulator.url,
                "workos_api_key": SecretStr(emulator.api_key),
                "workos_issuer": database.settings.accepted_issuers,
            }
        )
        yield Mirror(database, emulator, folder, environment(settings))
