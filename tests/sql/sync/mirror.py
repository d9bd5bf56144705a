"""The mirror as these tests drive it: events in by the sync login, rows out by the superuser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.rows import dict_row
from psycopg.types.datetime import TimestamptzLoader

from tests.database import Database, event

EPOCH: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)


class _StubVersion(TimestamptzLoader):
    """Reads the version of a stub, which is before all time, as Python's first moment."""

    def load(self, data: Buffer) -> datetime:
        if bytes(data) == b"-infinity":
            return datetime.min.replace(tzinfo=UTC)
        return super().load(data)


def at(milliseconds: int = 0, **later: float) -> str:
    """Return a time after EPOCH as WorkOS writes it."""
    time = EPOCH + timedelta(milliseconds=milliseconds, **later)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Mirror:
    """A database, and one connection of the sync login to it."""

    database: Database
    connection: psycopg.Connection[Any]

    def receive(self, type_: str, data: Mapping[str, Any], **envelope: Any) -> str:
        """Deliver an event and return the outcome."""
        return self.receive_body(json.dumps(event(type_, data, **envelope)))

    def receive_body(self, body: str, source: str = "webhook") -> str:
        """Deliver a body and return the outcome."""
        return self._call("select sync.receive_event(%s, %s)", body, source)

    def retry(self, event_id: str) -> str:
        """Apply an event of the inbox again."""
        return self._call("select sync.retry_event(%s)", event_id)

    def read(
        self, family: str, payload: Mapping[str, Any] | str, read_at: datetime | None = EPOCH
    ) -> str:
        """Apply an API read; its body may be text."""
        body = payload if isinstance(payload, str) else json.dumps(payload)
        return self._call("select sync.apply_read(%s, %s, %s)", family, body, read_at)

    def _call(self, query: str, *arguments: Any) -> str:
        row = self.connection.execute(query, arguments).fetchone()
        assert row is not None
        return str(row[0])

    def row(self, table: str, id_: str) -> dict[str, Any] | None:
        """Return a row of a table in sync or workos, or None."""
        query = sql.SQL("select * from {} where id = %s").format(sql.Identifier(*table.split(".")))
        with self.database.admin.cursor(row_factory=dict_row) as cursor:
            cursor.adapters.register_loader("timestamptz", _StubVersion)
            return cursor.execute(query, (id_,)).fetchone()

    def version(self, table: str, id_: str) -> dict[str, Any] | None:
        """Return what a row says of the provider, without when and whence it came here."""
        row = self.row(table, id_)
        local = ("first_seen_at", "synced_at", "origin")
        return row and {name: value for name, value in row.items() if name not in local}

    def is_dead(self, table: str, id_: str) -> bool:
        """Tell whether a row is a tombstone."""
        row = self.row(table, id_)
        assert row is not None, f"{table} has no {id_}"
        return row["deleted_at"] is not None

    def as_of(self, family: str, id_: str, time: str) -> dict[str, Any] | None:
        """Return what sync.object_as_of says of an object, or None."""
        with self.database.admin.cursor(row_factory=dict_row) as cursor:
            query = "select * from sync.object_as_of(%s, %s, %s)"
            return cursor.execute(query, (family, id_, time)).fetchone()

    def members_as_of(self, org_id: str, time: str) -> list[dict[str, Any]]:
        """Return what sync.members_as_of says of an organization."""
        with self.database.admin.cursor(row_factory=dict_row) as cursor:
            query = "select * from sync.members_as_of(%s, %s)"
            return cursor.execute(query, (org_id, time)).fetchall()

    def tasks(self) -> set[tuple[str, str]]:
        """Return kind and key of the tasks."""
        return {(kind, key) for kind, key in self.database.rows("select kind, key from sync.tasks")}
