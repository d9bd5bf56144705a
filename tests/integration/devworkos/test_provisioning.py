"""Directory Provisioning: what directories do to users, memberships and sessions."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from orgscope.devworkos import DevWorkOS, ManualClock

OURS, GUEST = "ada@acme.example", "ada@elsewhere.example"


@pytest.fixture(params=["deleted", "inactive"])
def style(request: pytest.FixtureRequest) -> Literal["deleted", "inactive"]:
    return request.param  # type: ignore[no-any-return]  # of params


@pytest.fixture
def world(clock: ManualClock, style: Literal["deleted", "inactive"]) -> DevWorkOS:
    return DevWorkOS(clock=clock, directory_provisioning=True, deprovisioning=style)


@pytest.fixture
def okta(world: DevWorkOS) -> str:
    acme = world.create_organization(
        "Acme",
        domain_data=[
            {"domain": "acme.example", "state": "verified"},
            {"domain": "elsewhere.example", "state": "pending"},
        ],
    )
    return str(world.create_directory(acme["id"], "Okta")["id"])


def since(world: DevWorkOS, before: int) -> list[str]:
    return [event["event"] for event in world.events[before:]]


@pytest.mark.parametrize(
    ("email", "verified", "status"), [(OURS, True, "active"), (GUEST, False, "pending")]
)
def test_provisioned__by_domain__is_a_member_or_a_guest(
    world: DevWorkOS, okta: str, email: str, verified: bool, status: str
) -> None:
    before = len(world.events)

    world.create_directory_user(
        okta,
        email=email.upper(),
        first_name="Ada",
        custom_attributes={"desk": 12},
        role_slug="admin",
    )

    [user], [membership] = world.users, world.memberships
    assert (user["email"], user["first_name"], user["email_verified"]) == (email, "Ada", verified)
    assert membership["status"] == status
    assert membership["directory_managed"] is True
    assert membership["custom_attributes"] == {"desk": 12}
    assert membership["role"] == {"slug": "admin"}
    assert since(world, before) == [
        "dsync.user.created",
        "user.created",
        "organization_membership.created",
    ]
    assert world.events[-1]["data"]["directory_managed"] is True


def test_provisioning__switched_off__touches_nobody(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock)
    acme = world.create_organization(
        "Acme", domain_data=[{"domain": "acme.example", "state": "verified"}]
    )
    okta = world.create_directory(acme["id"], "Okta")["id"]
    ada = world.create_user(OURS)
    membership = world.create_membership(ada["id"], acme["id"])

    user = world.create_directory_user(okta, email=OURS, first_name="Ada")
    world.update_directory_user(user["id"], first_name="A")
    world.deprovision_directory_user(user["id"])

    assert (world.users, world.memberships) == ([ada], [membership])


@pytest.mark.parametrize("fields", [{"email": None}, {"email": OURS, "state": "inactive"}])
def test_provisioned__without_email_or_inactive__is_not(
    world: DevWorkOS, okta: str, fields: dict[str, Any]
) -> None:
    world.create_directory_user(okta, **fields)

    assert world.users == world.memberships == []


def test_provisioned__e_mail_comes_later__then(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta)

    world.update_directory_user(user["id"], email=OURS)

    assert [member["user"]["email"] for member in world.memberships] == [OURS]


def test_provisioned__user_and_membership_are_there__are_taken_over(
    world: DevWorkOS, okta: str
) -> None:
    ada = world.create_user(OURS)
    acme = world.organizations[0]["id"]
    there = world.create_membership(ada["id"], acme, role_slug="admin", status="pending")
    before = len(world.events)

    world.create_directory_user(okta, email=OURS)

    [membership] = world.memberships
    assert (membership["id"], membership["status"]) == (there["id"], "active")
    assert (membership["role"], membership["directory_managed"]) == ({"slug": "admin"}, True)
    assert since(world, before) == ["dsync.user.created", "organization_membership.updated"]


def test_attributes__of_a_domain_managed_person__reach_user_and_membership(
    world: DevWorkOS, okta: str
) -> None:
    directory_user = world.create_directory_user(okta, email=OURS, first_name="Ada")
    before = len(world.events)

    world.update_directory_user(
        directory_user["id"],
        email="new@acme.example",
        first_name="Augusta",
        custom_attributes={"desk": 1},
        role_slug="admin",
    )

    [user], [membership] = world.users, world.memberships
    assert (user["email"], user["first_name"]) == (OURS, "Augusta")  # the e-mail stays
    assert membership["custom_attributes"] == {"desk": 1}
    assert membership["role"] == {"slug": "admin"}
    assert since(world, before) == [
        "dsync.user.updated",
        "user.updated",
        "organization_membership.updated",
    ]


def test_attributes__of_a_guest__leave_the_user_alone(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta, email=GUEST, first_name="Ada")

    world.update_directory_user(user["id"], first_name="Augusta", custom_attributes={"desk": 1})

    assert world.users[0]["first_name"] == "Ada"
    assert world.memberships[0]["custom_attributes"] == {"desk": 1}


def test_deprovisioned__active__is_inactive_with_default_role_and_no_session_anywhere(
    world: DevWorkOS, okta: str, style: str
) -> None:
    user = world.create_directory_user(okta, email=OURS, role_slug="admin")
    membership = world.memberships[0]
    world.start_session(membership["user_id"], membership["organization_id"])
    world.start_session(membership["user_id"])  # of no organization
    before = len(world.events)

    world.deprovision_directory_user(user["id"])

    [gone] = world.memberships
    assert (gone["id"], gone["status"]) == (membership["id"], "inactive")
    assert gone["role"] == {"slug": "member"}
    assert {session["status"] for session in world.sessions} == {"revoked"}
    assert since(world, before) == [
        "dsync.user.deleted" if style == "deleted" else "dsync.user.updated",
        "organization_membership.updated",
        "session.revoked",
        "session.revoked",
    ]


def test_deprovisioned__pending__membership_is_deleted(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta, email=GUEST)

    world.deprovision_directory_user(user["id"])

    assert world.memberships == []
    assert world.events[-1]["event"] == "organization_membership.deleted"
    assert len(world.users) == 1


@pytest.mark.parametrize("email", [OURS, GUEST])
def test_reprovisioned__after_leaving__same_membership_is_active_again(
    world: DevWorkOS, okta: str, style: str, email: str
) -> None:
    user = world.create_directory_user(okta, email=email, role_slug="admin")
    membership = world.accept(world.memberships[0]["id"])
    world.deprovision_directory_user(user["id"])

    if style == "deleted":
        world.create_directory_user(okta, email=email)
    else:
        world.update_directory_user(user["id"], state="active", role_slug=None)

    [back] = world.memberships
    assert (back["id"], back["status"]) == (membership["id"], "active")
    assert back["role"] == {"slug": "member"}


def test_suspended__active_person__loses_access(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta, email=OURS)

    world.update_directory_user(user["id"], state="suspended")

    assert world.memberships[0]["status"] == "inactive"


def test_deprovisioned__one_of_two_with_one_e_mail__keeps_access(
    world: DevWorkOS, okta: str
) -> None:
    first = world.create_directory_user(okta, email=OURS)
    second = world.create_directory_user(okta, email=OURS)
    assert (len(world.users), len(world.memberships)) == (1, 1)

    world.deprovision_directory_user(first["id"])
    assert world.memberships[0]["status"] == "active"
    world.deprovision_directory_user(second["id"])
    assert world.memberships[0]["status"] == "inactive"


def test_directory_deleted__memberships__stay_active(world: DevWorkOS, okta: str) -> None:
    world.create_directory_user(okta, email=OURS)
    members, before = world.memberships, len(world.events)

    world.delete_directory(okta)

    assert world.memberships == members
    assert since(world, before) == ["dsync.deleted"]


def test_attributes__of_a_deleted_membership__do_not_make_it_again(
    world: DevWorkOS, okta: str
) -> None:
    user = world.create_directory_user(okta, email=OURS)
    world.delete_membership(world.memberships[0]["id"])

    world.update_directory_user(user["id"], first_name="Ada")
    world.deprovision_directory_user(user["id"])

    assert world.memberships == []
