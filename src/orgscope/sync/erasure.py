"""Erase a person or an organization, by ``sync.erase_user`` and ``sync.erase_organization``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from orgscope.db import Database

__all__ = ["Erasure", "erase_organization", "erase_user"]

_USER: Final = "select e.* from sync.erase_user(:id, :with_email) as e"
_ORGANIZATION: Final = "select e.* from sync.erase_organization(:id) as e"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did to a table."""

    relation: str
    """The table, such as ``workos.users``."""

    action: str
    """``deleted``; ``blanked``, where the row stays without the name; ``added``, for tombstones."""

    number: int
    """How many rows."""


async def erase_user(
    database: Database, user_id: str, *, reason: str, with_email: bool, dry_run: bool
) -> list[Erasure]:
    """Erase a person from the mirror and from everything that sync keeps, as an administrator.

    ``with_email`` takes the people of directories along that have an address of theirs. With
    ``dry_run`` all of it is done and taken back. ``audit.contexts`` keeps who asked, and why.

    Raises ErasureRefused when nobody here knows the id, ErasureBusy when something that is on its
    way in lets it wait for over 3 seconds, Forbidden without a reason, SealKeyMissing without a
    tombstone key, and psycopg.Error; then nothing was erased.
    """
    wanted = {"id": user_id, "with_email": with_email}
    return await _erase(database, _USER, wanted, reason, dry_run=dry_run)


async def erase_organization(
    database: Database, organization_id: str, *, reason: str, dry_run: bool
) -> list[Erasure]:
    """Erase an organization with everything in it. Parameters and errors as `erase_user`."""
    return await _erase(database, _ORGANIZATION, {"id": organization_id}, reason, dry_run=dry_run)


async def _erase(
    database: Database, query: str, wanted: dict[str, object], reason: str, *, dry_run: bool
) -> list[Erasure]:
    async with database.admin(reason=reason) as session:
        # A savepoint, so that what is taken back leaves who asked in audit.contexts.
        savepoint = await session.begin_nested()
        rows = (await session.execute(text(query), wanted)).all()
        await (savepoint.rollback() if dry_run else savepoint.commit())
        return [Erasure(*row) for row in rows]
