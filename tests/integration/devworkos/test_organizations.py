"""Organizations and their domains."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS, ManualClock

ORGANIZATIONS = "/organizations"


def emitted(world: DevWorkOS, since: int = 0) -> list[str]:
    return [event["event"] for event in world.events[since:]]


def test_create_organization__with_domains__nests_them_and_emits_each(
    http: TestClient, world: DevWorkOS
) -> None:
    answer = http.post(
        ORGANIZATIONS,
        json={
            "name": "Acme",
            "external_id": "acme",
            "domain_data": [
                {"domain": "Acme.example", "state": "verified"},
                {"domain": "acme.test", "state": "pending"},
            ],
        },
    )

    organization = answer.json()
    assert answer.status_code == 201
    assert organization["id"].startswith("org_")
    assert organization["allow_profiles_outside_organization"] is False
    assert [(domain["domain"], domain["state"]) for domain in organization["domains"]] == [
        ("acme.example", "verified"),
        ("acme.test", "pending"),
    ]
    assert {domain["organization_id"] for domain in organization["domains"]} == {organization["id"]}
    assert emitted(world) == [
        "organization.created",
        "organization_domain.created",
        "organization_domain.created",
    ]
    # Organizations of events are leaner than those of REST.
    lean = dict(organization)
    del lean["allow_profiles_outside_organization"]
    assert world.events[0]["data"] == lean
    assert [event["data"] for event in world.events[1:]] == organization["domains"]


def test_create_organization__same_name_twice__is_fine(world: DevWorkOS) -> None:
    assert world.create_organization("Acme")["id"] < world.create_organization("Acme")["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"name": " "}, 422),
        ({"name": "B", "domain_data": [{"domain": "no domain", "state": "pending"}]}, 422),
        ({"name": "B", "domain_data": [{"domain": "b.example", "state": "failed"}]}, 422),
        ({"name": "B", "domain_data": [{"domain": "taken.example", "state": "pending"}]}, 409),
        ({"name": "B", "external_id": "taken"}, 400),
        ({"name": "B", "metadata": {"k": "v" * 601}}, 400),
    ],
)
def test_create_organization__refused__nothing_is_made(
    http: TestClient, world: DevWorkOS, body: dict[str, Any], status: int
) -> None:
    world.create_organization(
        "A", external_id="taken", domain_data=[{"domain": "taken.example", "state": "verified"}]
    )
    before = world.events

    assert http.post(ORGANIZATIONS, json=body).status_code == status
    assert (world.events, len(world.organizations)) == (before, 1)


def test_get_organization__by_id_and_by_external_id__is_the_same(
    http: TestClient, world: DevWorkOS
) -> None:
    acme = world.create_organization("Acme", external_id="acme")

    assert http.get(f"{ORGANIZATIONS}/{acme['id']}").json() == acme
    assert http.get(f"{ORGANIZATIONS}/external_id/acme").json() == acme
    missing = http.get(f"{ORGANIZATIONS}/external_id/other")
    assert (missing.status_code, missing.json()["code"]) == (404, "entity_not_found")


def test_list_organizations__by_domain_and_name__filters(
    http: TestClient, world: DevWorkOS
) -> None:
    world.create_organization("Acme", domain_data=[{"domain": "a.example", "state": "verified"}])
    world.create_organization("Bravo")

    def listed(**query: str) -> list[str]:
        data = http.get(ORGANIZATIONS, params=query).json()["data"]
        return [organization["name"] for organization in data]

    assert listed() == ["Bravo", "Acme"]
    assert listed(order="asc") == ["Acme", "Bravo"]
    assert listed(domains="a.example,b.example") == ["Acme"]
    assert listed(search="RAV") == ["Bravo"]


def test_update_organization__fields_and_domains__emits_domains_first(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    acme = world.create_organization(
        "Acme",
        domain_data=[
            {"domain": "gone.example", "state": "verified"},
            {"domain": "kept.example", "state": "pending"},
        ],
    )
    before = len(world.events)
    clock.advance(60)

    answer = http.put(
        f"{ORGANIZATIONS}/{acme['id']}",
        json={
            "name": "Acme Inc",
            "stripe_customer_id": "cus_1",
            "domain_data": [
                {"domain": "kept.example", "state": "verified"},
                {"domain": "new.example", "state": "pending"},
            ],
        },
    ).json()

    assert emitted(world, before) == [
        "organization_domain.deleted",
        "organization_domain.created",
        "organization_domain.updated",
        "organization_domain.verified",
        "organization.updated",
    ]
    assert (answer["name"], answer["stripe_customer_id"]) == ("Acme Inc", "cus_1")
    assert [(domain["domain"], domain["state"]) for domain in answer["domains"]] == [
        ("kept.example", "verified"),
        ("new.example", "pending"),
    ]
    assert answer["updated_at"] > acme["updated_at"]
    assert world.events[-1]["data"]["domains"] == answer["domains"]


def test_update_organization__no_difference__no_event(world: DevWorkOS) -> None:
    acme = world.create_organization(
        "Acme", domain_data=[{"domain": "a.example", "state": "verified"}]
    )
    before = len(world.events)

    same = world.update_organization(
        acme["id"], name="Acme", domain_data=[{"domain": "a.example", "state": "verified"}]
    )

    assert (same, emitted(world, before)) == (acme, [])


def test_update_organization__own_external_id__is_no_conflict(world: DevWorkOS) -> None:
    acme = world.create_organization("Acme", external_id="acme")
    other = world.create_organization("Other")

    assert world.update_organization(acme["id"], external_id="acme") == acme
    with pytest.raises(ApiError, match="external_id_already_used"):
        world.update_organization(other["id"], external_id="acme")


def test_delete_organization__with_children__emits_them_first(
    http: TestClient, world: DevWorkOS
) -> None:
    user = world.create_user("ada@example.com")
    acme = world.create_organization(
        "Acme", domain_data=[{"domain": "a.example", "state": "verified"}]
    )
    world.create_membership(user["id"], acme["id"])
    before = len(world.events)

    assert http.delete(f"{ORGANIZATIONS}/{acme['id']}").status_code == 202
    assert emitted(world, before) == [
        "organization_domain.deleted",
        "organization_membership.deleted",
        "organization.deleted",
    ]
    assert world.events[-1]["data"]["domains"] == acme["domains"]
    assert world.organizations == world.domains == world.memberships == []
    assert http.delete(f"{ORGANIZATIONS}/{acme['id']}").status_code == 404


def test_delete_organization__without_cascade__emits_only_the_organization(
    clock: ManualClock,
) -> None:
    world = DevWorkOS(clock=clock, cascade_events=False)
    acme = world.create_organization(
        "Acme", domain_data=[{"domain": "a.example", "state": "verified"}]
    )
    world.create_membership(world.create_user("ada@example.com")["id"], acme["id"])
    before = len(world.events)

    world.delete_organization(acme["id"])

    assert emitted(world, before) == ["organization.deleted"]
    assert world.domains == world.memberships == []


def test_domain__life_over_http__emits_each_step(http: TestClient, world: DevWorkOS) -> None:
    acme = world.create_organization("Acme")
    created = http.post(
        "/organization_domains", json={"organization_id": acme["id"], "domain": "a.example"}
    )
    domain = created.json()
    path = f"/organization_domains/{domain['id']}"

    assert (created.status_code, domain["state"]) == (201, "pending")
    assert http.get(path).json() == domain
    assert http.post(f"{path}/verify").json()["state"] == "verified"
    assert http.post(f"{path}/verify").json()["state"] == "verified"
    assert http.delete(path).status_code == 200
    assert http.get(path).status_code == 404
    assert emitted(world, 1) == [
        "organization_domain.created",
        "organization_domain.updated",
        "organization_domain.verified",
        "organization_domain.deleted",
    ]
    # A domain is no field of the organization's version.
    assert world.get_organization(acme["id"])["updated_at"] == acme["updated_at"]


def test_fail_domain__payload__wraps_the_domain(world: DevWorkOS) -> None:
    acme = world.create_organization("Acme")
    domain = world.create_domain(acme["id"], "a.example")

    failed = world.fail_domain(domain["id"], "domain_verified_by_other_organization")

    assert failed["state"] == "failed"
    assert world.events[-1]["event"] == "organization_domain.verification_failed"
    assert world.events[-1]["data"] == {
        "reason": "domain_verified_by_other_organization",
        "organization_domain": failed,
    }


def test_create_domain__taken_anywhere__409(http: TestClient, world: DevWorkOS) -> None:
    acme = world.create_organization("Acme")
    world.create_domain(acme["id"], "a.example")

    answer = http.post(
        "/organization_domains", json={"organization_id": acme["id"], "domain": "A.example"}
    )

    assert answer.status_code == 409
