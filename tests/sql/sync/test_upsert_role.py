"""Roles have no id: the organization, or the environment, and the slug are their key."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import psycopg
import pytest

from orgscope.errors import PayloadInvalid
from tests.database import organization, unique
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import environment_role, organization_role
from tests.tokens import ORG_ID

ROLES = "workos.roles"
OF_READ = {"object": "role", "id": "role_1", "name": "Nurse", "description": None}


def row(mirror: Mirror, data: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a role of an event."""
    found = mirror.row(ROLES, f"{data.get('organization_id', 'environment')}:{data['slug']}")
    assert found is not None
    return found


def read(mirror: Mirror, data: dict[str, Any], **fields: Any) -> str:
    return mirror.read("role", {**data, **OF_READ, **fields}, datetime.now(UTC))


def test_upsert_role__one_slug_in_the_environment_and_an_organization__two_roles(
    mirror: Mirror,
) -> None:
    of_organization = organization_role(unique("org"), slug="auditor")
    of_environment = environment_role(slug="auditor")
    mirror.receive("organization_role.created", of_organization)
    mirror.receive("role.created", of_environment)
    mirror.receive("role.deleted", of_environment, created_at=at(1))
    assert row(mirror, of_organization)["deleted_at"] is None
    assert row(mirror, of_environment)["deleted_at"] is not None


def test_upsert_role__of_the_environment_in_the_list_of_an_organization__belongs_to_none(
    mirror: Mirror,
) -> None:
    data = environment_role()
    listed = {"organization_id": unique("org"), "type": "EnvironmentRole"}
    assert read(mirror, data, **listed) == "applied"
    assert mirror.database.rows("select id, organization_id, name from workos.roles") == [
        (f"environment:{data['slug']}", None, "Nurse")
    ]
    assert read(mirror, data, type="EnvironmentRole") == "stale"
    assert mirror.tasks() == set()


def test_upsert_role__of_an_organization_in_its_list__same_row_as_its_event(mirror: Mirror) -> None:
    data = organization_role(unique("org"))
    mirror.receive("organization_role.created", data)
    assert read(mirror, data, type="OrganizationRole") == "applied"
    [(key, type_, name)] = mirror.database.rows("select id, type, name from workos.roles")
    assert (key, type_, name) == (
        f"{data['organization_id']}:{data['slug']}",
        "OrganizationRole",
        "Nurse",
    )


def test_upsert_role__read_of_an_organization_that_it_does_not_name__refused(
    mirror: Mirror,
) -> None:
    with pytest.raises(PayloadInvalid, match="organization_id"):
        read(mirror, environment_role(), type="OrganizationRole")


@pytest.mark.parametrize("verb", ["created", "deleted"])
@pytest.mark.parametrize("org_id", [None, 7, {}, ""])
def test_upsert_role__event_of_an_organization_that_it_does_not_name__environment_untouched(
    mirror: Mirror, verb: str, org_id: object
) -> None:
    data = environment_role(slug="auditor")
    mirror.receive("role.created", data)
    before = row(mirror, data)
    odd = {**organization_role("org_1", slug="auditor"), "organization_id": org_id}
    trimmed = {"organization_id": org_id or 0, "slug": "auditor"}
    for told in (odd, trimmed):
        outcome = mirror.receive(f"organization_role.{verb}", told, created_at=at(9))
        assert outcome == "failed", told
    assert row(mirror, data) == before


def test_upsert_role__time_of_its_own_unreadable__applied_because_the_envelope_orders(
    mirror: Mirror,
) -> None:
    for odd in (None, "yesterday", 7):
        data = environment_role(updated_at=odd)
        assert mirror.receive("role.created", data, created_at=at(3)) == "applied"
        assert row(mirror, data)["source_updated_at"] == datetime.fromisoformat(at(3))


@pytest.mark.parametrize("permissions", [None, "all", {}, 7])
def test_upsert_role__permissions_are_no_list__unknown(mirror: Mirror, permissions: object) -> None:
    data = environment_role(permissions=permissions)
    assert mirror.receive("role.created", data) == "applied"
    assert (row(mirror, data)["permissions"], row(mirror, data)["lossy"]) == (None, False)


def test_upsert_role__permissions_missing__those_of_before_until_it_is_read(mirror: Mirror) -> None:
    data = {**environment_role(), "permissions": ["posts:read"], "name": "known"}
    mirror.receive("role.created", data)
    leaner = {name: data[name] for name in data if name != "permissions"}
    mirror.database.admin.execute("delete from sync.tasks")
    assert mirror.receive("role.updated", leaner, created_at=at(1)) == "applied"
    assert row(mirror, data)["permissions"] == ["posts:read"]
    assert mirror.tasks() == {("refetch", f"role:environment:{data['slug']}")}


def test_upsert_role__deleted_while_its_members_are_moved__in_every_order(mirror: Mirror) -> None:
    for order in permutations(range(3)):
        data = organization_role(unique("org"))
        changed = {**data, "permissions": [], "updated_at": at(1)}
        story: list[tuple[str, dict[str, Any], str]] = [
            ("organization_role.created", data, at(0)),
            ("organization_role.updated", changed, at(1)),
            ("organization_role.deleted", changed, at(2)),
        ]
        for position in order:
            type_, told, happened_at = story[position]
            mirror.receive(type_, told, created_at=happened_at)
        assert row(mirror, data)["deleted_at"] == datetime.fromisoformat(at(2))


def test_upsert_role__request__sees_those_of_its_organization(mirror: Mirror) -> None:
    database = mirror.database
    database.put_key()
    database.add_member()
    own, gone = organization_role(ORG_ID), organization_role(ORG_ID)
    mirror.receive("organization_role.created", own)
    mirror.receive("organization_role.deleted", gone)
    mirror.receive("organization.created", organization("org_other"))
    mirror.receive("organization_role.created", organization_role("org_other"))
    mirror.receive("role.created", environment_role())
    with database.context() as connection:
        seen = connection.execute("select slug, name, permissions from workos.roles").fetchall()
    assert seen == [(own["slug"], own["name"], own["permissions"])]
    with database.context() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select raw from workos.roles")
