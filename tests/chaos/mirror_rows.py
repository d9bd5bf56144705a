"""The mirror under test, as the superuser sees it: emptied, read, and made to hurry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg

from tests.chaos.expected import FAMILIES, Key

__all__ = ["MirrorRow", "empty", "follow_changes", "make_due", "read_mirror", "tasks_left"]

_ROWS: Final = " union all ".join(
    f"select '{family}' as family, t.id, t.raw, t.deleted_at is not null, t.event_id, t.origin"
    f" from workos.{table} as t"
    for family, table in FAMILIES.items()
)
_TABLES: Final = """
    select string_agg(format('%I.%I', n.nspname, c.relname), ', ')
    from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('workos', 'sync') and c.relkind = 'r' and c.relname <> 'families'
"""


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """A row of the mirror; ``raw`` is None in a stub."""

    raw: dict[str, Any] | None
    dead: bool
    event_id: str
    origin: str


def empty(admin: psycopg.Connection[Any]) -> None:
    """Forget every object, event, task, run and change."""
    [(tables,)] = admin.execute(_TABLES).fetchall()
    admin.execute(f"truncate {tables} restart identity")


def read_mirror(admin: psycopg.Connection[Any]) -> dict[Key, MirrorRow]:
    """Return every row by its key."""
    rows = admin.execute(_ROWS).fetchall()
    return {(family, key): MirrorRow(*rest) for family, key, *rest in rows}


def follow_changes(connection: psycopg.Connection[Any], most: int = 500) -> set[Key]:
    """Return what lives for a consumer that reads all changes, ``most`` rows at a time.

    Places are in the order in which transactions began. Two that change one object at once may end
    the other way round, and the higher position is that of the later change.
    """
    newest: dict[Key, tuple[int, str]] = {}
    place: tuple[Any, ...] = ("0", 0)
    while True:
        changes = connection.execute(
            "select transaction, position, family, object_id, kind"
            " from sync.read_changes(%s, %s, %s)",
            (*place, most),
        ).fetchall()
        for transaction, position, family, object_id, kind in changes:
            place, key = (transaction, position), (family, object_id)
            newest[key] = max(newest.get(key, (0, "")), (position, kind))
        if len(changes) < most:
            return {key for key, (_, kind) in newest.items() if kind != "deleted"}


def make_due(admin: psycopg.Connection[Any]) -> None:
    """Let the time pass that tasks and interrupted runs wait for.

    It passes for all tasks alike: those that fail again and again stay behind the others.
    What somebody works on just now does not wait. Nor may this: whoever holds the row is served by
    the same thread.
    """
    admin.execute(
        """
        update sync.tasks as t set due_at = t.due_at - interval '1 day', lease_until = null
        from (
          select kind, key from sync.tasks where due_at < 'infinity' for update skip locked
        ) as w where t.kind = w.kind and t.key = w.key"""
    )
    admin.execute(
        """
        update sync.runs as r set lease_until = null
        from (select run_id from sync.runs where state = 'running' for update skip locked) as w
        where r.run_id = w.run_id"""
    )


def tasks_left(admin: psycopg.Connection[Any]) -> list[tuple[str, str, str | None]]:
    """Return the tasks that are still to be done: kind, key, error."""
    return admin.execute("select kind, key, error from sync.tasks order by kind, key").fetchall()
