"""What the commands of the mirror share: what they open, and how they are ended."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import httpx2
import typer

from orgscope.connection import url_parts
from orgscope.db import Database
from orgscope.provider import WorkOS
from orgscope.settings import Settings

__all__ = ["open_inbox", "open_mirror", "run_to_the_end", "said_by_the_command"]

_INTERRUPTED: Final = 130

T = TypeVar("T")


@asynccontextmanager
async def open_inbox(settings: Settings) -> AsyncIterator[Database]:
    """Open the database for the login ``sync``, until the block ends.

    Raises ConfigurationError without its URL.
    """
    url_parts(settings, "sync")
    async with Database(settings) as database:
        yield database


@asynccontextmanager
async def open_mirror(settings: Settings) -> AsyncIterator[tuple[Database, WorkOS]]:
    """Open the database and WorkOS, until the block ends.

    Raises ConfigurationError without ``ORGSCOPE_SYNC_URL`` or ``WORKOS_API_KEY``.
    """
    settings.required("workos_api_key")
    async with open_inbox(settings) as database, httpx2.AsyncClient() as http_client:
        yield database, WorkOS(settings, http_client, background=True)


def said_by_the_command() -> None:
    """Keep the log of the mirror off the terminal: the command says the same, once."""
    for name in ("orgscope", "psycopg"):
        logging.getLogger(name).addHandler(logging.NullHandler())


def run_to_the_end(reading: Coroutine[Any, Any, T]) -> T:
    """Run what can be gone on with later; SIGTERM ends it as Ctrl-C does, and it holds nothing.

    Raises typer.Exit when it was ended so.
    """

    async def run() -> T:
        task = asyncio.create_task(reading)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(run())
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("interrupted; run it again to go on", err=True)
        raise typer.Exit(_INTERRUPTED) from None
