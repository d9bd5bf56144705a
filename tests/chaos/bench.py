"""What histories are played on: a database of their own, a loop that jumps, a machine for kills."""

from __future__ import annotations

import asyncio
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from pydantic import SecretStr

from orgscope.db import Database
from orgscope.settings import Settings
from tests.chaos.history import play
from tests.chaos.kill_history import Machine, machine, play_with_kills
from tests.chaos.plan import Plan
from tests.chaos.tally import Finding, Outcome
from tests.chaos.virtual_loop import VirtualLoop
from tests.database import database_of_its_own
from tests.web import API_KEY, SECRET

__all__ = ["Bench", "open_bench"]

_DBNAME: Final = "chaos"


class Bench:
    """Plays histories one after the other; a context manager.

    ``settings`` are those of a migrated database that nobody else uses, ``admin`` is the
    superuser's connection to it, in autocommit.
    """

    def __init__(self, settings: Settings, admin: psycopg.Connection[Any]) -> None:
        self._settings = settings.model_copy(
            update={
                "workos_api_key": SecretStr(API_KEY),
                "workos_webhook_secret": (SecretStr(SECRET),),
                "pool_size": 8,
                "pool_timeout_s": 60.0,
            }
        )
        self.admin = admin
        self._stack = ExitStack()
        self._machine: Machine | None = None
        self._runner: asyncio.Runner | None = None
        self._database: Database | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close_loop()
        self._stack.close()

    def play(self, plan: Plan, *, kills: bool = False) -> Outcome:
        """Play a history; an error that nothing expects is a finding as well."""
        try:
            if kills:
                return play_with_kills(plan, self._open_machine())
            runner, database = self._open_loop()
            return runner.run(play(plan, self._settings, database, self.admin))
        except Exception as error:  # whatever it is, it is found and reported
            self._close_loop()
            where = traceback.format_exc()
            finding = Finding("divergence", "error", type(error).__name__, "", str(error)[:300])
            return Outcome(findings=[finding], log=[where])

    def _open_loop(self) -> tuple[asyncio.Runner, Database]:
        if self._runner is None or self._database is None:
            self._runner = asyncio.Runner(loop_factory=VirtualLoop)
            self._database = Database(self._settings)
        return self._runner, self._database

    def _close_loop(self) -> None:
        if self._runner is not None and self._database is not None:
            self._runner.run(self._database.close())
            self._runner.close()
        self._runner = self._database = None

    def _open_machine(self) -> Machine:
        if self._machine is None:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory())
            self._machine = self._stack.enter_context(machine(Path(folder)))
        return self._machine


@contextmanager
def open_bench() -> Iterator[Bench]:
    """Make a server and a database, and a bench on them."""
    with (
        database_of_its_own(_DBNAME) as database,
        Bench(database.settings, database.admin) as bench,
    ):
        yield bench
