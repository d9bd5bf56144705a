"""The local WorkOS is good enough for WorkOS's own SDK."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from workos import (
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    ServerError,
    UnprocessableEntityError,
    WorkOSClient,
)
from workos.events.models import EventSchemaUnknown as Unknown
from workos.organization_membership import RoleSingle
from workos.webhooks._verification import verify_event

from orgscope.devworkos import DevWorkOS, Server, scenario, serve
from orgscope.devworkos.events import EVENT_NAMES
from orgscope.settings import Settings
from orgscope.signature import sign


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(DevWorkOS(hold_back_s=0), settings=Settings.model_construct()) as server:
        yield server


@pytest.fixture
def sdk(server: Server) -> Iterator[WorkOSClient]:
    client = WorkOSClient(
        api_key=server.world.api_key,
        client_id=server.world.client_id,
        base_url=server.url,
        max_retries=0,
    )
    yield client
    client.close()


def every_event(world: DevWorkOS) -> None:
    """Make at least one event of every name."""
    user = world.create_user("ada@example.com", metadata={"a": "1"})
    acme = world.create_organization("Acme")
    domain = world.create_domain(acme["id"], "acme.example")
    world.verify_domain(domain["id"])
    world.fail_domain(domain["id"])
    world.delete_domain(domain["id"])
    membership = world.create_membership(user["id"], acme["id"])
    world.start_session(
        user["id"], acme["id"], impersonator={"email": "staff@example.com", "reason": None}
    )
    world.deactivate(membership["id"])
    world.update_user(user["id"], first_name="Ada")
    world.update_organization(acme["id"], name="Acme Inc")
    world.delete_user(user["id"])
    world.delete_organization(acme["id"])


def test_sdk__users_organizations_memberships__round_trip(
    sdk: WorkOSClient, server: Server
) -> None:
    user = sdk.user_management.create_user(email="Ada@example.com", first_name="Ada")
    acme = sdk.organizations.create_organization(name="Acme", external_id="acme")
    membership = sdk.organization_membership.create_organization_membership(
        user_id=user.id, organization_id=acme.id, role=RoleSingle(role_slug="admin")
    )

    assert user.email == "ada@example.com"
    assert sdk.user_management.get_user(user.id).first_name == "Ada"
    assert sdk.user_management.update_user(user.id, last_name="L").last_name == "L"
    assert sdk.organizations.get_organization_by_external_id("acme").id == acme.id
    assert sdk.organizations.update_organization(acme.id, name="Acme Inc").name == "Acme Inc"
    assert (membership.role.slug, membership.user.id) == ("admin", user.id)
    listed = sdk.organization_membership.list_organization_memberships(
        organization_id=acme.id, statuses=["active", "inactive", "pending"]
    )
    assert [row.id for row in listed.data] == [membership.id]
    off = sdk.organization_membership.deactivate_organization_membership(membership.id)
    assert off.status == "inactive"
    sdk.organization_membership.delete_organization_membership(membership.id)
    sdk.organizations.delete_organization(acme.id)
    sdk.user_management.delete_user(user.id)
    assert server.world.users == server.world.organizations == []


def test_sdk__lists__page_through_everything(sdk: WorkOSClient, server: Server) -> None:
    made = scenario(server.world, organizations=3, people=23, seed=1)

    users = sdk.user_management.list_users(limit=5, order="asc").auto_paging_iter()
    organizations = sdk.organizations.list_organizations().auto_paging_iter()

    assert [user.id for user in users] == [user["id"] for user in made.users]
    assert {row.id for row in organizations} == {row["id"] for row in made.organizations}


def test_sdk__every_event__parses_from_the_events_api(sdk: WorkOSClient, server: Server) -> None:
    every_event(server.world)

    pages = sdk.events.list_events(events=list(EVENT_NAMES), limit=4)
    parsed = [event for event in pages.auto_paging_iter() if not isinstance(event, Unknown)]

    assert [event.id for event in parsed] == [event["id"] for event in server.world.events]
    assert {event.event for event in parsed} == set(EVENT_NAMES)


def test_sdk__every_event__verifies_and_parses_as_a_webhook(server: Server) -> None:
    every_event(server.world)

    for event in server.world.event_log.all:
        header = sign(event.body, "whsec_test")
        parsed = verify_event(event_body=event.body, event_signature=header, secret="whsec_test")
        assert not isinstance(parsed, Unknown)
        assert parsed.id == event.id


def test_sdk__sessions_and_jwks__parse(sdk: WorkOSClient, server: Server) -> None:
    user = server.world.create_user("ada@example.com")
    session = server.world.start_session(user["id"])
    server.world.rotate_key()

    jwks = sdk.user_management.get_jwks(server.world.client_id)
    sessions = sdk.user_management.list_sessions(user["id"])
    sdk.user_management.revoke_session(session_id=session["id"])

    assert [key.kid for key in jwks.keys or []] == [
        key["kid"] for key in server.world.jwks()["keys"]
    ]
    assert [row.id for row in sessions.data] == [session["id"]]
    assert server.world.sessions[0]["status"] == "revoked"


def test_sdk__webhook_endpoints__round_trip(sdk: WorkOSClient, server: Server) -> None:
    made = sdk.webhooks.create_webhook_endpoint(
        endpoint_url="http://127.0.0.1:1/", events=["user.created"]
    )

    assert made.secret.startswith("whsec_")
    assert sdk.webhooks.update_webhook_endpoint(made.id, status="disabled").status == "disabled"
    assert [row.id for row in sdk.webhooks.list_webhook_endpoints().data] == [made.id]
    sdk.webhooks.delete_webhook_endpoint(made.id)
    assert server.world.list_webhook_endpoints()["data"] == []


def test_sdk__domains__round_trip(sdk: WorkOSClient, server: Server) -> None:
    acme = server.world.create_organization("Acme")
    made = sdk.organization_domains.create_organization_domain(
        domain="acme.example", organization_id=acme["id"]
    )

    assert sdk.organization_domains.verify_organization_domain(made.id).state == "verified"
    assert sdk.organization_domains.get_organization_domain(made.id).domain == "acme.example"
    sdk.organization_domains.delete_organization_domain(made.id)
    assert server.world.domains == []


def test_sdk__errors__become_its_exceptions(sdk: WorkOSClient, server: Server) -> None:
    server.world.create_user("ada@example.com")

    with pytest.raises(BadRequestError) as taken:
        sdk.user_management.create_user(email="ada@example.com")
    assert taken.value.code == "user_creation_error"
    assert taken.value.errors == [
        {"code": "email_not_available", "message": "This email is not available."}
    ]
    with pytest.raises(NotFoundError) as missing:
        sdk.user_management.get_user("user_01")
    assert missing.value.code == "entity_not_found"
    assert str(missing.value.request_id).startswith("req_")
    with pytest.raises(UnprocessableEntityError):
        sdk.user_management.create_user(email="nobody")
    with pytest.raises(BadRequestError):
        sdk.events.list_events(events=["user.created"], after="event_unknown")
    server.world.faults.outage = True
    with pytest.raises(ServerError):
        sdk.user_management.get_user("user_01")


def test_sdk__wrong_key__is_an_authentication_error(server: Server) -> None:
    client = WorkOSClient(api_key="sk_test_wrong", client_id="client_x", base_url=server.url)

    with pytest.raises(AuthenticationError):
        client.user_management.list_users()
    client.close()
