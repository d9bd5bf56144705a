"""``orgscope feed``: read the Events API, once or until it is ended."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated, Final

import psycopg
import typer

from orgscope.commands.failure import describe
from orgscope.commands.mirror import open_mirror, said_by_the_command
from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import count, words
from orgscope.errors import OrgscopeError
from orgscope.settings import Settings
from orgscope.sync.feed import Feed, FeedRead

__all__ = ["feed"]

PERIOD_S: Final = 2.0
"""How long the head of the feed is left alone, in seconds."""


def feed(
    once: Annotated[bool, typer.Option("--once", help="Read to the head, and end.")] = False,
    project: ProjectOption = None,
) -> None:
    """Read the events that WorkOS has into the mirror, again and again, until SIGTERM.

    orgscope worker does it as well. Exit code 1 when WorkOS gave no page.
    """
    settings, _ = opened(project)
    said_by_the_command()
    pages = asyncio.run(_read_once(settings) if once else _follow(settings))
    raise typer.Exit(0 if pages else 1)


async def _read_once(settings: Settings) -> int:
    async with open_mirror(settings) as (database, workos):
        read = await Feed(database, workos, settings).read()
    _print(read)
    return read.pages


async def _follow(settings: Settings) -> int:
    """Read until SIGTERM or SIGINT, and return how many pages there were."""
    async with open_mirror(settings) as (database, workos):
        follower = _Follower(Feed(database, workos, settings))
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with asyncio.TaskGroup() as group:
            following = group.create_task(follower.run(), name="orgscope-feed")
            await stop.wait()
            following.cancel()
        return follower.pages


class _Follower:
    """Reads a feed for ever. A failure is said when it begins, and tried again."""

    def __init__(self, feed: Feed) -> None:
        self.pages = 0
        self._feed = feed
        self._failure: str | None = None

    async def run(self) -> None:
        while True:
            try:
                read = await self._feed.read()
            except (OrgscopeError, psycopg.Error) as error:
                self._fail(describe(error))
            else:
                self._failure = None
                if read.events or not self.pages:
                    _print(read)
                self.pages += read.pages
            await asyncio.sleep(PERIOD_S)

    def _fail(self, said: str) -> None:
        if said != self._failure:
            typer.echo(f"orgscope: {said}", err=True)
        self._failure = said


def _print(read: FeedRead) -> None:
    events = f"{count(read.events, 'event')}: {words(read.outcomes)}" if read.events else "no event"
    typer.echo(f"{count(read.pages, 'page')}, {events}")
