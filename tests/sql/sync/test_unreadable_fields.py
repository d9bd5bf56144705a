"""A field that decides nothing never keeps a change from being applied, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.database import event, member, organization, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.families import named
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import domain
from tests.sql.sync.odd_values import LONG, NO_SECONDS, NO_SUCH_DAY

USERS, MEMBERS = "workos.users", "workos.organization_memberships"


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
        ("role", "created_at", NO_SUCH_DAY),
        ("permission", "system", "perhaps"),
        ("invitation", "expires_at", NO_SECONDS),
        ("directory", "created_at", {}),
        ("directory_user", "organization_id", LONG),
        ("directory_group", "organization_id", LONG),
        ("group", "created_at", 5),
        ("connection", "created_at", NO_SUCH_DAY),
    ],
)
@pytest.mark.parametrize("verb", ["created", "updated"])
def test_unreadable__field_of_a_version__null_and_lossy_and_the_rest_kept(
    mirror: Mirror, verb: str, family: str, field: str, odd: Any
) -> None:
    known = named(family)
    data = known.new()
    body = json.dumps(event(known.events[verb], {**data, field: odd}))
    assert mirror.receive_body(body) == "applied"
    row = mirror.row(known.table, known.key(data))
    assert row is not None
    nulled = known.stored({**data, field: None})
    assert (row["raw"], row["lossy"], row[field]) == (nulled, True, None)
    assert mirror.database.rows("select body, status, error from sync.inbox") == [
        (body, "applied", None)
    ]
    clean = {**data, "updated_at": at(1)}
    assert mirror.receive(known.events["updated"], clean, created_at=at(1)) == "applied"
    row = mirror.row(known.table, known.key(data))
    assert row is not None
    assert (row["raw"], row["lossy"]) == (known.stored(clean), False)


def test_unreadable__long_text_beside_it__kept_where_no_index_has_to_hold_it(
    mirror: Mirror,
) -> None:
    data = user(unique("user"), profile_picture_url=LONG, last_sign_in_at=NO_SECONDS)
    assert mirror.receive("user.created", data) == "applied"
    row = mirror.row(USERS, data["id"])
    assert row is not None
    assert (row["profile_picture_url"], row["last_sign_in_at"]) == (LONG, None)


@pytest.mark.parametrize("field", ["status", "user_id", "slug", "permissions"])
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
        ("role", {"created_at": 5, "updated_at": NO_SECONDS}),
        ("directory", {"created_at": 5, "organization_id": {}}),
        ("directory_user", {"created_at": 5, "directory_id": 7}),
        ("group", {"organization_id": LONG}),
        ("connection", {"organization_id": [], "created_at": 5}),
        ("organization_domain", {"organization_domain": {"id": "org_domain_9"}}),
    ],
)
def test_unreadable__field_of_a_delete__dead_and_what_was_known_kept(
    mirror: Mirror, family: str, odd: dict[str, Any]
) -> None:
    known = named(family)
    data = known.new()
    mirror.receive(known.events["created"], data)
    gone = {**data, **odd}
    assert mirror.receive(known.events["deleted"], gone, created_at=at(7)) == "applied"
    late = {**data, "updated_at": at(days=1)}
    assert mirror.receive(known.events["updated"], late, created_at=at(6)) == "stale"
    row = mirror.row(known.table, known.key(data))
    assert row is not None
    assert row["deleted_at"].isoformat() == "2026-01-15T12:00:00.007000+00:00"
    if "organization_domain" not in odd:
        assert (row["raw"], row["lossy"]) == (known.stored(data), True)


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
