"""People in the mirror: some of whom WorkOS has never heard, and some who are dead."""

from __future__ import annotations

from typing import Final

from tests.correctness.stage import Stage
from tests.database import user

__all__ = ["USERS", "age", "dead", "mirror_only", "started"]

USERS: Final = "/user_management/users"
"""Where WorkOS lists them."""


def mirror_only(stage: Stage, number: int = 1, prefix: str = "gone") -> list[str]:
    """Put people into the mirror of whom WorkOS has never heard, and return their ids."""
    ids = [f"user_01{prefix.upper()}{at:04d}" for at in range(number)]
    for id_ in ids:
        stage.database.receive("user.created", user(id_))
    age(stage)
    return ids


def age(stage: Stage) -> None:
    """Let all that was written be older than the run that follows."""
    stage.database.admin.execute(
        "update workos.users set synced_at = synced_at - interval '1 hour'"
    )


def dead(stage: Stage) -> set[str]:
    """Return the ids of the people who are tombstones."""
    rows = stage.database.rows("select id from workos.users where deleted_at is not null")
    return {id_ for (id_,) in rows}


async def started(stage: Stage) -> None:
    """Begin with a mirror that is known to be of this environment."""
    stage.world.create_organization("Acme")
    stage.world.create_user("ada@example.com")
    assert await stage.run.run("backfill") is not None
