"""The mirror of a test's database, filled with what WorkOS would send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from orgscope.connection import connect
from orgscope.devworkos import DevWorkOS
from orgscope.repeatable_files import render
from orgscope.settings import Settings
from orgscope.testing.objects import event, member, organization, user
from orgscope.testing.tokens import ORG_ID, USER_ID

__all__ = ["Mirror"]


@dataclass(frozen=True, eq=False)
class Mirror:
    """A migrated database, and its mirror. ``admin`` is the superuser's connection, in autocommit.

    Whatever is mirrored comes by ``sync.receive_event``, as in production; no row is written by
    hand.
    """

    settings: Settings
    admin: psycopg.Connection[Any]

    @contextmanager
    def connect(self, login: str, **options: Any) -> Iterator[psycopg.Connection[Any]]:
        """Connect as a login role, without a context; autocommit unless told otherwise."""
        options.setdefault("autocommit", True)
        with connect(self.settings, login, **options) as connection:
            yield connection

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Return what the superuser sees."""
        return self.admin.execute(render(query, self.settings.role_prefix), parameters).fetchall()

    def add_member(
        self, user_id: str = USER_ID, org_id: str = ORG_ID, *roles: str, **membership: Any
    ) -> dict[str, Any]:
        """Mirror a user, an organization and an active membership; return the membership.

        ``roles`` are slugs, the first one being the role; without any it is ``member``.
        ``membership`` replaces fields of the membership. Who is there already stays as they are.
        """
        self.add(user(user_id))
        self.add(organization(org_id))
        return self.add(member(user_id, org_id, *roles, **membership))

    def add(self, data: dict[str, Any]) -> dict[str, Any]:
        """Mirror an object that was created, such as ``user("user_01ADA")``, and return it.

        Raises AssertionError when the event fails.
        """
        return self._send("created", data)

    def change(self, data: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        """Mirror an object with other fields, a millisecond later, and return it.

        >>> membership = orgscope_database.change(membership, status="inactive")

        Raises AssertionError when the event fails.
        """
        at = datetime.fromisoformat(data["updated_at"]) + timedelta(milliseconds=1)
        later = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
        return self._send("updated", {**data, "updated_at": later, **fields})

    def remove(self, data: dict[str, Any]) -> None:
        """Mirror that an object was deleted. Raises AssertionError when the event fails."""
        self._send("deleted", data)

    def mirror(self, world: DevWorkOS) -> None:
        """Receive every event of a local WorkOS, in order; what came before is a duplicate.

        Raises AssertionError when one fails.
        """
        for one in world.event_log.all:
            outcome = self.receive_body(one.body.decode(), "feed")
            if outcome == "failed":
                raise _not_applied(one.name, outcome)

    def receive(self, type_: str, data: Mapping[str, Any], **envelope: Any) -> str:
        """Deliver one event as the webhook endpoint does, and return the outcome.

        >>> orgscope_database.receive("session.revoked", session())
        'applied'
        """
        return self.receive_body(json.dumps(event(type_, data, **envelope)))

    def receive_body(self, body: str, source: str = "webhook") -> str:
        """Deliver one body as received, and return the outcome."""
        with self.connect("sync") as connection:
            row = connection.execute("select sync.receive_event(%s, %s)", (body, source)).fetchone()
        assert row is not None  # noqa: S101 - a function that returns text
        return str(row[0])

    def _send(self, what: str, data: dict[str, Any]) -> dict[str, Any]:
        name = f"{data['object']}.{what}"
        outcome = self.receive(name, data)
        if outcome not in {"applied", "stale"}:
            raise _not_applied(name, outcome)
        return data


def _not_applied(name: str, outcome: str) -> AssertionError:
    return AssertionError(f"The event {name} came to '{outcome}'; sync.inbox says why.")
