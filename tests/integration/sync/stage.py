"""A mirror, a local WorkOS behind HTTP, and webhooks that come when a test says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from orgscope.authz import Principal, Verifier
from orgscope.db import Database as OwnDatabase
from orgscope.devworkos import DevWorkOS
from orgscope.provider import WorkOS
from tests.database import Database
from tests.tokens import StaticKeys, rsa_key

Json = dict[str, Any]


@dataclass
class Stage:
    """``own`` is the database as application code has it, ``workos`` what it asks."""

    database: Database
    local: DevWorkOS
    own: OwnDatabase
    workos: WorkOS
    http: httpx2.AsyncClient
    asked: list[str] = field(default_factory=list)
    """The paths that WorkOS was asked for."""

    delivered: int = 0

    def deliver(self) -> list[str]:
        """Deliver the events that were not yet, in order, and return what became of them."""
        events = self.local.events[self.delivered :]
        self.delivered += len(events)
        return [self.database.receive(one["event"], one["data"], id=one["id"]) for one in events]

    def hold_back(self) -> Callable[[], list[str]]:
        """Leave out the events that were not delivered; what is returned delivers them late."""
        events = self.local.events[self.delivered :]
        self.delivered += len(events)
        receive = self.database.receive
        return lambda: [receive(one["event"], one["data"], id=one["id"]) for one in events]

    def when_answered(self, act: Callable[[], object]) -> None:
        """Let something happen once, between WorkOS's answer and its way into the mirror."""

        async def hook(_: httpx2.Response) -> None:
            self.http.event_hooks = {**self.http.event_hooks, "response": []}
            act()

        self.http.event_hooks = {**self.http.event_hooks, "response": [hook]}

    def raw(self, table: str, id_: str) -> Json | None:
        """Return what the mirror has of a live object; a stub has null."""
        found = self.database.rows(
            f"select raw from workos.{table} where id = %s and deleted_at is null", (id_,)
        )
        return found[0][0] if found else None

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return how each row is: a stub, live or dead; and whence it came."""
        return self.database.rows(
            "select case when deleted_at is not null then 'dead' when raw is null then 'stub' "
            f"else 'live' end, origin from workos.{table} order by id"
        )

    def tasks(self) -> set[str]:
        """Return what the worker is to read again."""
        return {key for (key,) in self.database.rows("select key from sync.tasks")}

    def work_is_done(self) -> None:
        """Forget the tasks, as if the worker had done them."""
        self.database.admin.execute("delete from sync.tasks")

    def erase(self, id_: str) -> None:
        """Remember an erased id, as an erasure does last."""
        self.database.admin.execute("select authz.put_tombstone(%s)", (id_,))

    async def principal(self, user_id: str, org_id: str | None = None) -> Principal:
        """Return who a good token of the person is."""
        role = {} if org_id else {"role": None}
        access_token = self.database.token(sub=user_id, org_id=org_id, **role)
        verifier = Verifier(self.database.settings, StaticKeys(rsa_key()))
        return await verifier.verify(access_token)


@dataclass(frozen=True)
class Member:
    """A person, an organization, and the membership as events have it."""

    user_id: str
    org_id: str
    id: str
    payload: Json


def lean(membership: Json) -> Json:
    embedded = {"user", "organization_name"}
    return {name: value for name, value in membership.items() if name not in embedded}


def role_of(stage: Stage, member: Member) -> Any:
    """Return the role that the mirror has, and whence it came."""
    [(slug, origin)] = stage.database.rows(
        "select role_slug, origin from workos.organization_memberships where id = %s", (member.id,)
    )
    return slug, origin
