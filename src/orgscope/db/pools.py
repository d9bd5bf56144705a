"""One pool of driver connections for each login, opened when it is first asked for."""

from __future__ import annotations

import asyncio

from psycopg_pool import AsyncConnectionPool

from orgscope.db.connection import ScopedAsyncConnection
from orgscope.db.engine import driver_options
from orgscope.db.verify import verify_deployment
from orgscope.settings import Settings

__all__ = ["Pools"]


class Pools:
    """The pools of one process, by login."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pools: dict[str, AsyncConnectionPool[ScopedAsyncConnection]] = {}
        self._opening = asyncio.Lock()

    async def get(self, login: str) -> AsyncConnectionPool[ScopedAsyncConnection]:
        """Return the pool of a login, open.

        Raises ConfigurationError when its URL is not set, VersionMismatch and SettingsMismatch when
        the database is not the one that this process was made for.
        """
        if login in self._pools:
            return self._pools[login]
        async with self._opening:
            if login not in self._pools:
                self._pools[login] = await self._open(login)
        return self._pools[login]

    async def close(self) -> None:
        """Close every pool; connections in use are closed when they come back."""
        async with self._opening:
            for pool in self._pools.values():
                await pool.close()
            self._pools.clear()

    async def _open(self, login: str) -> AsyncConnectionPool[ScopedAsyncConnection]:
        url = self._settings.url(login)
        await asyncio.to_thread(verify_deployment, url, login, self._settings)
        pool = AsyncConnectionPool(
            url,
            connection_class=ScopedAsyncConnection,
            kwargs=driver_options(self._settings),
            min_size=1,
            max_size=self._settings.pool_size,
            timeout=self._settings.pool_timeout_s,
            close_returns=True,
            open=False,
            name=f"orgscope-{login}",
        )
        await pool.open()
        return pool
