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
from tests.integration.devworkos.every_event import every_event


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


def test_sdk__directories__parse(sdk: WorkOSClient, server: Server) -> None:
    world = server.world
    acme = world.create_organization("Acme")
    directory = world.create_directory(acme["id"], "Okta")["id"]
    user = world.create_directory_user(directory, email="ada@acme.example", role_slug="admin")["id"]
    group = world.create_directory_group(directory, "Engineers")["id"]
    world.add_to_directory_group(group, user)

    [listed] = sdk.directory_sync.list_directories(organization_id=acme["id"]).data
    assert listed.state == sdk.directory_sync.get_directory(directory).state == "linked"
    assert listed.metadata is not None
    assert (listed.metadata.users.active, listed.metadata.groups) == (1, 1)
    assert [row.id for row in sdk.directory_sync.list_users(group=group).data] == [user]
    assert sdk.directory_sync.get_user(user).groups == []
    assert [row.id for row in sdk.directory_sync.list_groups(user=user).data] == [group]
    assert sdk.directory_sync.get_group(group).name == "Engineers"
    sdk.directory_sync.delete_directory(directory)
    assert world.directories == world.directory_users == world.directory_groups == []


def test_sdk__roles_and_permissions__round_trip(sdk: WorkOSClient, server: Server) -> None:
    acme = server.world.create_organization("Acme")["id"]
    api = sdk.authorization
    api.create_permission(slug="desk:open", name="Open")
    api.create_environment_role(slug="editor", name="Editor")
    api.create_organization_role(acme, slug="org-desk", name="Desk")

    assert api.update_permission("desk:open", name="Open it").name == "Open it"
    assert api.get_permission("desk:open").system is False
    assert api.set_environment_role_permissions("editor", permissions=["desk:open"]).permissions
    assert api.add_environment_role_permission("editor", body_slug="members:read").permissions
    assert api.update_environment_role("editor", description="Writes").description == "Writes"
    assert api.get_environment_role("editor").permissions == ["desk:open", "members:read"]
    api.set_organization_role_permissions(acme, "org-desk", permissions=["desk:open"])
    api.add_organization_role_permission(acme, "org-desk", body_slug="members:read")
    api.remove_organization_role_permission(acme, "org-desk", "desk:open")
    assert api.update_organization_role(acme, "org-desk", name="Front").name == "Front"
    assert api.get_organization_role(acme, "org-desk").permissions == ["members:read"]
    assert [role.slug for role in api.list_environment_roles().data] == [
        "admin",
        "member",
        "editor",
    ]
    assert [role.slug for role in api.list_organization_roles(acme).data][-1] == "org-desk"
    api.delete_organization_role(acme, "org-desk")
    api.delete_permission("desk:open")
    assert len(api.list_permissions().data) == 2
    assert len(server.world.roles) == 3


def test_sdk__invitations__round_trip(sdk: WorkOSClient, server: Server) -> None:
    acme = server.world.create_organization("Acme")["id"]
    api = sdk.user_management
    made = api.send_invitation(email="ada@example.com", organization_id=acme, role_slug="admin")

    assert api.find_invitation_by_token(made.token).id == api.get_invitation(made.id).id == made.id
    assert [row.id for row in api.list_invitations(email="ada@example.com").data] == [made.id]
    assert api.resend_invitation(made.id).state == "pending"
    assert api.accept_invitation(made.id).state == "accepted"
    other = api.send_invitation(email="bob@example.com")
    assert api.revoke_invitation(other.id).state == "revoked"
    assert server.world.memberships[0]["status"] == "active"


def test_sdk__groups__round_trip(sdk: WorkOSClient, server: Server) -> None:
    acme = server.world.create_organization("Acme")["id"]
    user = server.world.create_user("ada@example.com")["id"]
    ada = server.world.create_membership(user, acme)["id"]
    group = sdk.groups.create_organization_group(acme, name="Board").id

    renamed = sdk.groups.update_organization_group(acme, group, description="Decides")
    assert sdk.groups.get_organization_group(acme, group) == renamed
    assert [row.id for row in sdk.groups.list_organization_groups(acme).data] == [group]
    sdk.groups.create_group_organization_membership(acme, group, organization_membership_id=ada)
    members = sdk.groups.list_group_organization_memberships(acme, group)
    assert [row.id for row in members.data] == [ada]
    groups = sdk.organization_membership.list_organization_membership_groups(ada)
    assert [row.id for row in groups.data] == [group]
    sdk.groups.update_group_organization_memberships(acme, group, remove=[ada])
    sdk.groups.update_group_organization_memberships(acme, group, add=[ada])
    sdk.groups.delete_group_organization_membership(acme, group, ada)
    sdk.groups.delete_organization_group(acme, group)
    assert server.world.groups == []


def test_sdk__connections__parse(sdk: WorkOSClient, server: Server) -> None:
    acme = server.world.create_organization("Acme")["id"]
    made = server.world.create_connection(acme, "Okta", domains=["acme.example"])["id"]

    assert sdk.sso.get_connection(made).domains[0].domain == "acme.example"
    listed = sdk.sso.list_connections(organization_id=acme, connection_type="OktaSAML")
    assert [row.id for row in listed.data] == [made]
    sdk.sso.delete_connection(made)
    assert server.world.connections == []


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
