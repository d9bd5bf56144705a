"""The decision of ``authz.begin``: states of the mirror and the SQLSTATE of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.database import Database, member, organization, session, unique, user
from tests.sql.authz.tenants import Tenants, begin_refusal, refusal, value
from tests.tokens import ABSENT

LATER = "2026-01-15T12:00:09.000Z"


@dataclass
class World:
    """One person and one organization of a case, and what the mirror is told of them."""

    database: Database
    user_id: str
    org_id: str
    session_id: str

    def user(self, kind: str = "user.created") -> None:
        self.database.receive(kind, user(self.user_id))

    def organization(self, kind: str = "organization.created") -> None:
        self.database.receive(kind, organization(self.org_id))

    def member(self, status: str = "active") -> dict[str, Any]:
        data = member(self.user_id, self.org_id, status=status)
        self.database.receive("organization_membership.created", data)
        return data

    def session(self, **fields: Any) -> None:
        data = {**session(self.session_id, self.user_id), **fields}
        self.database.receive("session.created", data)

    def complete(self) -> dict[str, Any]:
        self.user()
        self.organization()
        return self.member()

    def token(self, **changes: Any) -> str:
        return self.database.token(
            sub=self.user_id, org_id=self.org_id, sid=self.session_id, **changes
        )


def _ended_membership(world: World) -> None:
    world.database.receive("organization_membership.deleted", world.complete())


def _erase(world: World, what: str) -> None:
    world.complete()
    world.database.admin.execute("select authz.put_tombstone(%s)", (what,))


def _deleted_first(world: World) -> None:
    world.user("user.deleted")
    world.complete()


Step = Callable[[World], object]
STATES: dict[str, tuple[tuple[Step, ...], str | None, str | None]] = {
    # what the mirror is told -> SQLSTATE in the organization, SQLSTATE with scope user
    "all is well": ((World.complete,), None, None),
    "nothing is known": ((), "WS312", "WS324"),
    "user only": ((World.user,), "WS312", None),
    "organization only": ((World.organization,), "WS312", "WS324"),
    "membership only, parents are stubs": ((World.member,), None, "WS324"),
    "user deleted": ((World.complete, lambda w: w.user("user.deleted")), "WS310", "WS310"),
    "user deleted before it was created": ((_deleted_first,), "WS310", "WS310"),
    "organization deleted": (
        (World.complete, lambda w: w.organization("organization.deleted")),
        "WS311",
        None,
    ),
    "both deleted": (
        (
            World.complete,
            lambda w: w.organization("organization.deleted"),
            lambda w: w.user("user.deleted"),
        ),
        "WS310",
        "WS310",
    ),
    "membership pending": (
        (World.user, World.organization, lambda w: w.member("pending")),
        "WS313",
        None,
    ),
    "membership inactive": (
        (World.user, World.organization, lambda w: w.member("inactive")),
        "WS313",
        None,
    ),
    "membership of a status unheard of": (
        (World.user, World.organization, lambda w: w.member("ACTIVE")),
        "WS313",
        None,
    ),
    "membership deleted": ((_ended_membership,), "WS313", None),
    "session active": ((World.complete, World.session), None, None),
    "session expired": (
        (World.complete, lambda w: w.session(status="expired")),
        "WS314",
        "WS314",
    ),
    "session revoked": (
        (World.complete, lambda w: w.session(status="revoked", ended_at=LATER)),
        "WS314",
        "WS314",
    ),
    "session of another user": (
        (World.complete, lambda w: w.session(user_id=unique("user"))),
        "WS314",
        "WS314",
    ),
    "session revoked, then told active of before": (
        (
            World.complete,
            lambda w: w.session(status="revoked", updated_at=LATER),
            World.session,
        ),
        "WS314",
        "WS314",
    ),
    "user erased": ((lambda w: _erase(w, w.user_id),), "WS315", "WS315"),
    "organization erased": ((lambda w: _erase(w, w.org_id),), "WS315", None),
    "erased and deleted": (
        (lambda w: _erase(w, w.user_id), lambda w: w.user("user.deleted")),
        "WS315",
        "WS315",
    ),
    "another user erased": ((lambda w: _erase(w, unique("user")),), None, None),
}


@pytest.fixture
def world(database: Database) -> Callable[[], World]:
    """Make a person, an organization and a session that no other case knows."""
    database.put_key()
    return lambda: World(database, unique("user"), unique("org"), unique("session"))


def test_begin__states_of_the_mirror__each_has_its_sqlstate(
    database: Database, world: Callable[[], World]
) -> None:
    found, expected = {}, {}
    for name, (steps, with_org, without_org) in STATES.items():
        case = world()
        for step in steps:
            step(case)
        expected[name] = (with_org, without_org, with_org)
        found[name] = (
            begin_refusal(database, case.token()),
            begin_refusal(database, case.token(), scope="user"),
            begin_refusal(database, case.token(), scope="organization"),
        )
    assert found == expected


def test_begin__scope_user__context_without_organization(tenants: Tenants) -> None:
    with tenants.request(scope="user") as connection:
        assert value(connection, "select authz.org_id_or_null()") is None
        assert value(connection, "select authz.role()") is None
        assert value(connection, "select authz.permissions()") in (None, [])
        assert refusal(connection, "select authz.org_id()") == "WS302"


def test_begin__token_without_organization__each_scope(tenants: Tenants) -> None:
    for org_id in (ABSENT, None):
        text = tenants.database.token(org_id=org_id, role=ABSENT, roles=ABSENT)
        assert begin_refusal(tenants.database, text, scope="organization") == "WS302"
        with tenants.request(text, scope="user") as connection:
            assert value(connection, "select count(*) from workos.users") == 1
        with tenants.request(text) as connection:
            assert value(connection, "select authz.org_id_or_null()") is None


@pytest.mark.parametrize("scope", ["", "Organization", "system", "admin", "user "])
def test_begin__unknown_scope__refused(tenants: Tenants, scope: str) -> None:
    assert begin_refusal(tenants.database, tenants.ada, scope=scope) == "WS323"


def test_begin__request__must_be_a_small_object(tenants: Tenants) -> None:
    fill = {"id": "r", "agent": ""}
    overhead = len('{"id": "r", "agent": ""}')
    requests: dict[str, tuple[str | None, object]] = {
        "array": ("WS323", []),
        "text": ("WS323", "x"),
        "number": ("WS323", 1),
        "too large": ("WS323", {**fill, "agent": "x" * (2049 - overhead)}),
        "too large in octets": ("WS323", {"agent": "\u20ac" * 800}),
        "largest": (None, {**fill, "agent": "x" * (2048 - overhead)}),
        "empty": (None, {}),
    }
    found = {
        name: begin_refusal(tenants.database, tenants.ada, request=Jsonb(request))
        for name, (_, request) in requests.items()
    }
    assert found == {name: code for name, (code, _) in requests.items()}
    null = "select authz.begin(%s, 'null'::jsonb)"
    with tenants.transaction() as connection:
        assert refusal(connection, null, (tenants.ada,)) == "WS323"
