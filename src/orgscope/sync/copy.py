"""The inbox and the mirror as of one moment, read in batches by ``sync.open_copy``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from orgscope.db import Database

__all__ = ["CopiedFamily", "Copy", "opened_copy"]

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class CopiedFamily:
    """A family of the mirror: where its rows are read, and what they belong to."""

    name: str
    rows: str
    """The name of its cursor."""

    parents: Mapping[str, str]
    """Which field names which family's object."""

    read_keys: frozenset[str]
    """The fields that a read of WorkOS knows better than an event."""


@dataclass(frozen=True, slots=True)
class Copy:
    """An inbox and a mirror that do not change while they are read; each can be read once."""

    session: AsyncSession
    inbox: str
    families: Mapping[str, CopiedFamily]

    async def batches(self, cursor: str) -> AsyncIterator[list[Any]]:
        """Return the rows of a cursor, some hundreds at a time."""
        quoted = cursor.replace('"', '""')
        query = text(f'fetch {_BATCH} from "{quoted}"')
        while batch := (await self.session.execute(query)).all():
            yield list(batch)

    async def rows(self, cursor: str) -> AsyncIterator[Any]:
        """Return the rows of a cursor, one by one."""
        async for batch in self.batches(cursor):
            for row in batch:
                yield row


@asynccontextmanager
async def opened_copy(
    database: Database, *, reason: str, seed: int | None = None
) -> AsyncIterator[Copy]:
    """Open the inbox and the mirror of a database, as an administrator, until the block ends.

    ``seed`` shuffles the events; without it they come in the order received. The transaction lasts
    as long as the block: vacuum removes no row meanwhile.

    Raises Forbidden without a reason.
    """
    async with database.admin(reason=reason) as session:
        opened = await session.execute(
            text("select c.* from sync.open_copy(:seed) as c"),
            {"seed": None if seed is None else str(seed)},
        )
        inbox, *families = opened.all()
        yield Copy(
            session,
            inbox.rows,
            {
                one.name: CopiedFamily(one.name, one.rows, one.parents, frozenset(one.read_keys))
                for one in families
            },
        )
