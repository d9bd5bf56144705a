"""What the upsert of each family does beyond the order of versions."""

from typing import Any

import pytest

from tests.database import member, organization, session, unique, user
from tests.sql.sync.mirror import FAMILIES, Family, Mirror, at, domain

per_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
DOMAINS, MEMBERS = "workos.organization_domains", "workos.organization_memberships"


@per_family
def test_upsert__created__row_of_the_payload(mirror: Mirror, family: Family) -> None:
    data = family.make()
    assert mirror.receive(f"{family.name}.created", data, id="event_1") == "applied"
    row = mirror.version(family.table, data["id"])
    assert row is not None
    assert (row["raw"], row["event_id"], row["deleted_at"]) == (data, "event_1", None)
    for name in set(data) & set(row) - {"created_at", "expires_at", "updated_at"}:
        assert row[name] == data[name], name


@per_family
def test_upsert__delete_before_create__tombstone_and_late_events_stay_dead(
    mirror: Mirror, family: Family
) -> None:
    data = family.make()
    assert mirror.receive(f"{family.name}.deleted", data) == "applied"
    before = mirror.row(family.table, data["id"])
    assert mirror.receive(f"{family.name}.created", data) == "stale"
    assert mirror.receive(f"{family.name}.updated", {**data, "updated_at": at(days=1)}) == "stale"
    assert mirror.row(family.table, data["id"]) == before
    assert mirror.is_dead(family.table, data["id"])


@per_family
def test_upsert__delete_with_its_id_only__tombstone(mirror: Mirror, family: Family) -> None:
    known, unknown = family.make(), family.make()
    mirror.receive(f"{family.name}.created", known)
    for data in (known, unknown):
        assert mirror.receive(f"{family.name}.deleted", {"id": data["id"]}) == "applied"
        assert mirror.is_dead(family.table, data["id"])


@pytest.mark.parametrize(
    ("family", "name"),
    [
        (family, name)
        for family in FAMILIES
        for name in ("id", "updated_at", "user_id", "organization_id")
        if name in family.make() and (family.name, name) != ("session", "organization_id")
    ],
)
def test_upsert__unusable_key__failed_and_no_row(mirror: Mirror, family: Family, name: str) -> None:
    for value in (None, "", 7, "x" * 256):
        data = family.make()
        assert mirror.receive(f"{family.name}.created", {**data, name: value}) == "failed"
        assert mirror.row(family.table, data["id"]) is None
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
