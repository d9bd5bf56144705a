"""Can this process do its work: is the database there, of the right version, with our settings?"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

import psycopg

from orgscope.db import Database
from orgscope.db.verify import verify_deployment
from orgscope.errors import OrgscopeError, SettingsMismatch, SettingsMissing, VersionMismatch
from orgscope.settings import Settings

__all__ = ["Readiness"]

TIMEOUT_S: Final = 3.0
REMEMBER_S: Final = 1.0
CHECKS: Final = ("database", "version", "settings")

_logger = logging.getLogger(__name__)


class Readiness:
    """Asks the database at most once in a second, however many ask for it.

    ``now`` returns seconds of a clock that never goes back.
    """

    def __init__(
        self, settings: Settings, database: Database, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._database = database
        self._now = now
        self._began_at = float("-inf")
        self._task: asyncio.Task[str | None] | None = None

    async def check(self) -> dict[str, str]:
        """Return ``ok``, ``failed`` or ``unknown`` for each of ``CHECKS``, within 3 seconds."""
        task = self._task
        if task is None or (task.done() and self._now() - self._began_at >= REMEMBER_S):
            self._began_at = self._now()
            task = asyncio.create_task(self._ask(), name="orgscope-readiness")
            self._task = task
        try:
            failed = await asyncio.wait_for(asyncio.shield(task), TIMEOUT_S)
        except TimeoutError:
            failed = "database"
        if failed is None:
            return dict.fromkeys(CHECKS, "ok")
        at = CHECKS.index(failed)
        words = ["ok"] * at + ["failed"] + ["unknown"] * (len(CHECKS) - at - 1)
        return dict(zip(CHECKS, words, strict=True))

    async def close(self) -> None:
        """Wait, at most 3 seconds, for a check that still runs."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=TIMEOUT_S)

    async def _ask(self) -> str | None:
        """Return the check that failed, or None."""
        try:
            async with self._database.login("api") as connection:
                await connection.execute("select 1")
            url = self._settings.url("api")
            await asyncio.to_thread(verify_deployment, url, "api", self._settings)
        except VersionMismatch as error:
            return _failed("version", error)
        except (SettingsMismatch, SettingsMissing) as error:
            return _failed("settings", error)
        except (OrgscopeError, psycopg.Error) as error:
            return _failed("database", error)
        return None


def _failed(check: str, error: Exception) -> str:
    _logger.warning(
        "Not ready: %s (%s). See orgscope doctor.",
        check,
        type(error).__name__,
        extra={"event": "readiness.failed", "check": check, "error": type(error).__name__},
    )
    return check
