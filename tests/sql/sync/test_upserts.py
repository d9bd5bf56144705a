"""What the upsert of each family does beyond the order of versions."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.database import member, organization, session, unique, user
from tests.sql.sync.families import FAMILIES, Family, named
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import connection, domain

per_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
deleted_ones = pytest.mark.parametrize(
    "family", [one for one in FAMILIES if "deleted" in one.events], ids=lambda family: family.name
)
STUBS = ("user", "organization", "organization_membership", "directory_user", "directory_group")
DOMAINS, MEMBERS = "workos.organization_domains", "workos.organization_memberships"


def test_families__of_these_tests__are_those_of_the_database(mirror: Mirror) -> None:
    registered = mirror.database.rows(
        "select f.name, f.relation, f.events, f.delete_events, "
        "array(select p.value from jsonb_each_text(f.parents) as p order by 1) "
        "from sync.families as f order by 1"
    )
    assert [name for name, *_ in registered] == sorted(one.name for one in FAMILIES)
    for name, relation, events, delete_events, parents in registered:
        one = named(name)
        deleted = {one.events["deleted"]} if "deleted" in one.events else set[str]()
        assert (relation, tuple(parents)) == (one.table, one.parents)
        assert deleted <= set(delete_events)
        assert set(one.events.values()) - deleted <= set(events)


@per_family
def test_upsert__created__row_of_the_payload(mirror: Mirror, family: Family) -> None:
    data = family.new()
    assert mirror.receive(family.events["created"], data, id="event_1") == "applied"
    row = mirror.version(family.table, family.key(data))
    assert row is not None
    stored = family.stored(data)
    assert (row["raw"], row["event_id"], row["deleted_at"]) == (stored, "event_1", None)
    for name in set(stored) & set(row) - {"created_at", "expires_at", "updated_at"}:
        assert row[name] == stored[name], name


@per_family
def test_upsert__every_field_null_that_may_be__applied(mirror: Mirror, family: Family) -> None:
    data = family.new()
    least = {name: data[name] for name in (*family.required, "object") if name in data}
    assert mirror.receive(family.events["created"], dict.fromkeys(data) | least) == "applied"
    other = family.new()
    least = {name: other[name] for name in (*family.required, "object") if name in other}
    assert mirror.receive(family.events["created"], least) == "applied"
    assert mirror.database.rows(f"select bool_or(lossy) from {family.table}") == [(False,)]


@deleted_ones
def test_upsert__delete_before_create__tombstone_and_late_events_stay_dead(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    assert mirror.receive(family.events["deleted"], data) == "applied"
    before = mirror.row(family.table, family.key(data))
    assert mirror.receive(family.events["created"], data, created_at=at(-1)) == "stale"
    if family.has_id:
        late = {**data, "updated_at": at(days=1)}
        assert mirror.receive(family.events["updated"], late, created_at=at(days=1)) == "stale"
    assert mirror.row(family.table, family.key(data)) == before
    assert mirror.is_dead(family.table, family.key(data))


@deleted_ones
def test_upsert__delete_with_its_key_only__tombstone_and_no_parent_needed(
    mirror: Mirror, family: Family
) -> None:
    known, unknown = family.new(), family.new()
    mirror.receive(family.events["created"], known)
    stubs = "select count(*) from workos.{} where origin = 'stub'"
    before = [mirror.database.rows(stubs.format(f"{one}s")) for one in STUBS]
    for data in (known, unknown):
        gone = family.least(data)
        assert mirror.receive(family.events["deleted"], gone, created_at=at(1)) == "applied"
        assert mirror.is_dead(family.table, family.key(data))
    assert [mirror.database.rows(stubs.format(f"{one}s")) for one in STUBS] == before


@pytest.mark.parametrize(
    ("family", "name"),
    [
        pytest.param(family, name, id=f"{family.name}-{name}")
        for family in FAMILIES
        for name in family.required
    ],
)
def test_upsert__unusable_key__failed_and_no_row(mirror: Mirror, family: Family, name: str) -> None:
    for value in (None, "", 7, "x" * 256):
        data = family.new()
        assert mirror.receive(family.events["created"], {**data, name: value}) == "failed"
        assert mirror.row(family.table, family.key(data)) is None
    for (error,) in mirror.database.rows("select error from sync.inbox"):
        assert error.startswith("WS201")
        assert name in error or "a time of the payload" in error


def test_upsert_user__null_names__kept_as_null(mirror: Mirror) -> None:
    data = user(unique("user"), first_name=None, last_name=None)
    assert mirror.receive("user.created", data) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["first_name"], row["last_name"]) == (None, None)


def test_upsert_organization__nested_domains__versions_of_their_own(mirror: Mirror) -> None:
    org = organization(unique("org"))
    old, new = domain(org["id"]), domain(org["id"])
    mirror.receive("organization_domain.updated", {**old, "state": "failed", "updated_at": at(5)})
    assert mirror.receive("organization.created", {**org, "domains": [old, new]}) == "applied"
    rows = {one["id"]: mirror.row(DOMAINS, one["id"]) for one in (old, new)}
    assert [row and row["state"] for row in rows.values()] == ["failed", "verified"]


def test_upsert_organization__domain_no_longer_listed__stays(mirror: Mirror) -> None:
    org = organization(unique("org"))
    one = domain(org["id"])
    mirror.receive("organization.created", {**org, "domains": [one]})
    mirror.receive("organization.updated", {**org, "domains": [], "updated_at": at(1)})
    assert not mirror.is_dead(DOMAINS, one["id"])


@pytest.mark.parametrize(
    "domains",
    [
        None,
        {},
        "x",
        [None, 1, "x", []],
        [{"object": "organization_domain", "id": "org_domain_1", "domain": "leaner.example"}],
        [domain("org_of_somebody_else")],
    ],
)
def test_upsert_organization__domains_without_a_version_of_its_own__organization_applied(
    mirror: Mirror, domains: Any
) -> None:
    data = organization(unique("org"), domains=domains)
    assert mirror.receive("organization.created", data) == "applied"
    assert mirror.database.rows("select count(*) from workos.organization_domains") == [(0,)]


def test_upsert_organization__deleted__nested_domains_dead(mirror: Mirror) -> None:
    org = organization(unique("org"))
    org["domains"] = [domain(org["id"])]
    mirror.receive("organization.deleted", org)
    assert mirror.receive("organization.updated", {**org, "updated_at": at(1)}) == "stale"
    assert mirror.is_dead(DOMAINS, org["domains"][0]["id"])


def test_upsert_organization_domain__verification_failed__unwrapped(mirror: Mirror) -> None:
    data = domain(unique("org"), state="failed")
    wrapped = {"reason": "domain_verification_period_expired", "organization_domain": data}
    assert mirror.receive("organization_domain.verification_failed", wrapped) == "applied"
    row = mirror.row(DOMAINS, data["id"])
    assert row is not None
    assert (row["raw"], row["state"]) == (data, "failed")


@pytest.mark.parametrize(
    ("kept", "task"),
    [
        ({"user_id"}, "user:user_9"),
        ({"organization_id"}, "organization_membership:om_9"),
        (set(), "organization_membership:om_9"),
    ],
)
def test_upsert_membership__tombstone_without_both_ids__refetch(
    mirror: Mirror, kept: set[str], task: str
) -> None:
    data = member("user_9", "org_9", id="om_9")
    trimmed = {name: data[name] for name in {"id", "updated_at"} | kept}
    assert mirror.receive("organization_membership.deleted", trimmed) == "applied"
    assert mirror.tasks() == {("refetch", task)}


@pytest.mark.parametrize("trimmed", [True, False])
def test_upsert_membership__tombstone_whose_ids_are_known__no_refetch(
    mirror: Mirror, trimmed: bool
) -> None:
    data = member(unique("user"), unique("org"))
    mirror.receive("organization_membership.created", data)
    mirror.database.admin.execute("delete from sync.tasks")
    gone = {"id": data["id"]} if trimmed else data
    assert mirror.receive("organization_membership.deleted", gone) == "applied"
    row = mirror.row(MEMBERS, data["id"])
    assert row is not None
    assert (row["user_id"], row["organization_id"]) == (data["user_id"], data["organization_id"])
    assert mirror.tasks() == set()


def test_upsert_membership__deactivated_and_back__by_version(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"))
    for version, status in [(0, "active"), (2, "inactive"), (1, "active"), (3, "active")]:
        mirror.receive(
            "organization_membership.updated",
            {**data, "status": status, "updated_at": at(version)},
        )
    row = mirror.row(MEMBERS, data["id"])
    assert row is not None
    assert (row["status"], row["raw"]["updated_at"]) == ("active", at(3))


def test_upsert_membership__roles_missing__role_alone(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"), role={"slug": "admin"})
    del data["roles"]
    mirror.receive("organization_membership.created", data)
    row = mirror.row(MEMBERS, data["id"])
    assert row is not None
    assert (row["role_slug"], row["role_slugs"]) == ("admin", ["admin"])


@pytest.mark.parametrize("organization_id", [None, "org_1"])
def test_upsert_session__with_or_without_organization__applied_without_its_stub(
    mirror: Mirror, organization_id: str | None
) -> None:
    data = session(unique("session"), unique("user"), organization_id=organization_id)
    assert mirror.receive("session.created", data) == "applied"
    revoked = {**data, "status": "revoked", "ended_at": at(1), "updated_at": at(1)}
    assert mirror.receive("session.revoked", revoked) == "applied"
    row = mirror.row("workos.sessions", data["id"])
    assert row is not None
    assert (row["status"], row["organization_id"]) == ("revoked", organization_id)
    assert mirror.database.rows("select count(*) from workos.organizations") == [(0,)]


def test_upsert_connection__as_the_api_shows_it__same_version_and_no_refetch(
    mirror: Mirror,
) -> None:
    data = connection(None)
    mirror.receive("connection.activated", data)
    shown = {name: data[name] for name in data if name != "external_key"}
    assert mirror.read("connection", shown, datetime.now(UTC)) == "stale"
    row = mirror.row("workos.connections", data["id"])
    assert row is not None
    assert (row["raw"], mirror.tasks()) == (data, set())
