"""Access ends with the event that ends it, whatever else is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import Database, event, organization, session, unique, user
from tests.sql.authz.tenants import begin_refusal
from tests.sql.sync.mirror import at
from tests.sql.sync.odd_values import junk

Leave = Callable[[dict[str, dict[str, Any]]], tuple[str, dict[str, Any]]]


@dataclass
class Person:
    """A member with a session, and the event that ends the access of that person."""

    database: Database
    type: str
    data: dict[str, Any]
    token: str

    @classmethod
    def enter(cls, database: Database, leave: Leave) -> Person:
        user_id, org_id, session_id = unique("user"), unique("org"), unique("session")
        membership = database.add_member(user_id, org_id)
        signed_in = session(session_id, user_id)
        database.receive("session.created", signed_in)
        objects = {
            "user": user(user_id),
            "organization": organization(org_id),
            "organization_membership": membership,
            "session": signed_in,
        }
        token = database.token(sub=user_id, org_id=org_id, sid=session_id)
        return cls(database, *leave(objects), token)


def deleted(family: str) -> Leave:
    return lambda objects: (f"{family}.deleted", objects[family])


def changed(type_: str, status: str) -> Leave:
    def leave(objects: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        return type_, {**objects[type_.partition(".")[0]], "status": status, "updated_at": at(1)}

    return leave


LEAVES: Final = {
    "user deleted": deleted("user"),
    "organization deleted": deleted("organization"),
    "membership deleted": deleted("organization_membership"),
    "membership deactivated": changed("organization_membership.updated", "inactive"),
    "session revoked": changed("session.revoked", "revoked"),
}
DECIDING: Final = {"id", "user_id", "organization_id", "status", "role", "roles", "updated_at"}
# The organization of a session is no parent of it.
UNDECIDED: Final = {"session": {"organization_id"}}
FOREIGN: Final = {"domains", "organization_domain", "organization", "user", "raw", "anything"}


@pytest.mark.parametrize("leave", LEAVES.values(), ids=list(LEAVES))
def test_odd_departures__any_junk_that_decides_nothing__access_ends_all_the_same(
    database: Database, leave: Leave
) -> None:
    database.put_key()

    @settings(
        deadline=None,
        max_examples=40,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.data())
    def holds(draw: st.DataObject) -> None:
        person = Person.enter(database, leave)
        family = person.type.partition(".")[0]
        fields = sorted(
            (person.data.keys() | FOREIGN) - DECIDING | UNDECIDED.get(family, set[str]())
        )
        odd = draw.draw(st.dictionaries(st.sampled_from(fields), junk, min_size=1))
        envelope = draw.draw(
            st.dictionaries(st.sampled_from(["object", "created_at", "context"]), junk)
        )
        assert begin_refusal(database, person.token) is None
        body = json.dumps({**event(person.type, {**person.data, **odd}), **envelope})
        assert database.receive_body(body) == "applied"
        assert begin_refusal(database, person.token) in {"WS310", "WS311", "WS313", "WS314"}

    holds()
