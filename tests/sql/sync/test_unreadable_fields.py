"""A field that decides nothing never keeps a change from being applied, whatever is in it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import Database, event, member, organization, session, unique, user
from tests.sql.authz.tenants import begin_refusal
from tests.sql.sync import made_up_family
from tests.sql.sync.mirror import FAMILIES, Mirror, at, domain

USERS, MEMBERS = "workos.users", "workos.organization_memberships"
NO_SECONDS: Final = "2026-01-17 12:00"
NO_SUCH_DAY: Final = "2026-02-30T00:00:00.000Z"
# Too long for an index, and random, because an index compresses.
LONG: Final = random.Random(7).randbytes(8000).hex()
DEEP: Final[Any] = json.loads("[" * 500 + "]" * 500)


@pytest.mark.parametrize(
    ("family", "field", "odd"),
    [
        ("user", "last_sign_in_at", NO_SECONDS),
        ("user", "created_at", NO_SUCH_DAY),
        ("user", "email_verified", "perhaps"),
        ("user", "email", LONG),
        ("organization", "external_id", LONG),
        ("organization_domain", "created_at", 5),
        ("organization_membership", "directory_managed", {}),
        ("session", "organization_id", LONG),
        ("session", "ended_at", []),
    ],
)
@pytest.mark.parametrize("verb", ["created", "updated"])
def test_unreadable__field_of_a_version__null_and_lossy_and_the_rest_kept(
    mirror: Mirror, verb: str, family: str, field: str, odd: Any
) -> None:
    [known] = [one for one in FAMILIES if one.name == family]
    data = known.make()
    body = json.dumps(event(f"{family}.{verb}", {**data, field: odd}))
    assert mirror.receive_body(body) == "applied"
    row = mirror.row(known.table, data["id"])
    assert row is not None
    assert (row["raw"], row["lossy"], row[field]) == ({**data, field: None}, True, None)
    assert mirror.database.rows("select body, status, error from sync.inbox") == [
        (body, "applied", None)
    ]
    clean = {**data, "updated_at": at(1)}
    assert mirror.receive(f"{family}.updated", clean) == "applied"
    row = mirror.row(known.table, data["id"])
    assert row is not None
    assert (row["raw"], row["lossy"]) == (clean, False)


def test_unreadable__long_text_beside_it__kept_where_no_index_has_to_hold_it(
    mirror: Mirror,
) -> None:
    data = user(unique("user"), profile_picture_url=LONG, last_sign_in_at=NO_SECONDS)
    assert mirror.receive("user.created", data) == "applied"
    row = mirror.row(USERS, data["id"])
    assert row is not None
    assert (row["profile_picture_url"], row["last_sign_in_at"]) == (LONG, None)


@pytest.mark.parametrize("field", ["status", "user_id"])
def test_unreadable__deciding_field_that_its_column_cannot_read__failed(
    mirror: Mirror, field: str
) -> None:
    made_up_family.install(mirror.database)
    mirror.database.admin.execute(
        "alter table extra.badges "
        f"add number integer generated always as ((raw ->> '{field}')::integer) stored, "
        "add worth integer generated always as ((raw ->> 'worth')::integer) stored"
    )
    data = {"id": "badge_1", "updated_at": at(), field: "7", "worth": "much"}
    assert mirror.receive("shop.badge.created", {**data, field: "odd"}) == "failed"
    assert mirror.row(made_up_family.TABLE, "badge_1") is None
    assert mirror.receive("shop.badge.created", data) == "applied"
    row = mirror.row(made_up_family.TABLE, "badge_1")
    assert row is not None
    assert (row["number"], row["worth"], row["lossy"]) == (7, None, True)


def test_unreadable__trimmed_delete_of_a_lossy_row__still_lossy(mirror: Mirror) -> None:
    data = user(unique("user"), created_at=5)
    mirror.receive("user.created", data)
    assert mirror.receive("user.deleted", {"id": data["id"]}) == "applied"
    row = mirror.row(USERS, data["id"])
    assert row is not None
    assert (row["raw"], row["lossy"]) == ({**data, "created_at": None}, True)


def test_unreadable__two_fields_and_an_escape__each_null(mirror: Mirror) -> None:
    odd = {"email_verified": 7, "last_sign_in_at": NO_SECONDS}
    data = user(unique("user"), first_name="A\x00da", **odd)
    assert mirror.receive("user.created", data) == "applied"
    row = mirror.row(USERS, data["id"])
    assert row is not None
    nulled = dict.fromkeys(odd)
    assert (row["raw"], row["lossy"]) == ({**data, "first_name": "A\ufffdda", **nulled}, True)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("id", 5),
        ("id", ""),
        ("updated_at", NO_SECONDS),
        ("updated_at", None),
        ("user_id", {}),
        ("organization_id", LONG),
    ],
)
def test_unreadable__deciding_field_of_an_update__failed_with_its_error(
    mirror: Mirror, field: str, odd: Any
) -> None:
    data = member("user_1", "org_1", directory_managed="perhaps")
    assert mirror.receive("organization_membership.updated", {**data, field: odd}) == "failed"
    [(error,)] = mirror.database.rows("select error from sync.inbox")
    assert error[:5] == "WS201"
    assert mirror.row(MEMBERS, data["id"]) is None


def test_unreadable__status_is_no_text__no_member(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"))
    mirror.receive("organization_membership.created", data)
    odd = {**data, "status": ["active"], "updated_at": at(1)}
    assert mirror.receive("organization_membership.updated", odd) == "applied"
    row = mirror.row(MEMBERS, data["id"])
    assert row is not None
    assert row["status"] != "active"


@pytest.mark.parametrize(
    ("family", "odd"),
    [
        ("user", {"last_sign_in_at": NO_SECONDS}),
        ("user", {"updated_at": NO_SECONDS}),
        ("user", {"updated_at": LONG, "email": LONG}),
        ("organization_membership", {"user_id": LONG}),
        ("organization_membership", {"user_id": {}, "created_at": 5}),
        ("organization_domain", {"organization_domain": 5}),
        ("organization_domain", {"organization_domain": {"id": "org_domain_9"}}),
    ],
)
def test_unreadable__field_of_a_delete__dead_and_what_was_known_kept(
    mirror: Mirror, family: str, odd: dict[str, Any]
) -> None:
    [known] = [one for one in FAMILIES if one.name == family]
    data = known.make()
    mirror.receive(f"{family}.created", data)
    assert mirror.receive(f"{family}.deleted", {**data, **odd}, created_at=at(7)) == "applied"
    assert mirror.is_dead(known.table, data["id"])
    late = {**data, "updated_at": at(days=1)}
    assert mirror.receive(f"{family}.updated", late) == "stale"
    row = mirror.row(known.table, data["id"])
    assert row is not None
    assert row["deleted_at"].isoformat() == "2026-01-15T12:00:00.007000+00:00"
    if "organization_domain" not in odd:
        assert (row["raw"], row["lossy"]) == (data, True)


def test_unreadable__delete_that_came_first__tombstone(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"), directory_managed="perhaps")
    assert mirror.receive("organization_membership.deleted", data) == "applied"
    row = mirror.row(MEMBERS, data["id"])
    assert row is not None
    kept = {name: data[name] for name in ("id", "user_id", "organization_id", "updated_at")}
    assert (row["raw"], row["lossy"]) == (kept, True)
    assert mirror.is_dead(MEMBERS, data["id"])


@pytest.mark.parametrize("odd", [{"created_at": 5}, {"id": None}, {"updated_at": NO_SECONDS}])
def test_unreadable__domain_within_an_organization__organization_applied(
    mirror: Mirror, odd: dict[str, Any]
) -> None:
    org = organization(unique("org"))
    good = domain(org["id"])
    nested = [{**domain(org["id"]), **odd}, good]
    assert mirror.receive("organization.created", {**org, "domains": nested}) == "applied"
    row = mirror.row("workos.organizations", org["id"])
    assert row is not None
    assert row["lossy"] is True
    assert mirror.row("workos.organization_domains", good["id"]) is not None


def test_unreadable__read_by_api__applied_and_lossy(mirror: Mirror) -> None:
    data = user(unique("user"), last_sign_in_at=NO_SECONDS)
    assert mirror.read("user", data) == "applied"
    row = mirror.row(USERS, data["id"])
    assert row is not None
    assert (row["last_sign_in_at"], row["lossy"]) == (None, True)


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

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=[]), max_size=40)
    | st.sampled_from([NO_SECONDS, NO_SUCH_DAY, at(), "", "perhaps", "true", LONG])
)
junk = st.just(DEEP) | st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


@pytest.mark.parametrize("leave", LEAVES.values(), ids=list(LEAVES))
def test_unreadable__any_junk_that_decides_nothing__access_ends_all_the_same(
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
