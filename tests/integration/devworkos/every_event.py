"""A history that has every event at least once."""

from __future__ import annotations

from orgscope.devworkos import DevWorkOS

__all__ = ["every_event"]


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
    every_directory_event(world, acme["id"])
    every_access_event(world, acme["id"])
    world.delete_organization(acme["id"])


def every_directory_event(world: DevWorkOS, organization_id: str) -> None:
    """Make at least one event of every name that begins with ``dsync``."""
    world.create_domain(organization_id, "directory.example")
    directory = world.create_directory(organization_id, "Okta")["id"]
    user = world.create_directory_user(directory, email="ada@directory.example")["id"]
    group = world.create_directory_group(directory, "Engineers")["id"]
    world.add_to_directory_group(group, user)
    world.update_directory_user(user, role_slug="admin", custom_attributes={"desk": 12})
    world.rename_directory_group(group, "Builders")
    world.remove_from_directory_group(group, user)
    world.delete_directory_group(group)
    world.deprovision_directory_user(user)
    world.delete_directory(directory)


def every_access_event(world: DevWorkOS, organization_id: str) -> None:
    """Make at least one event of every name about roles, groups, invitations and connections."""
    world.create_permission("reports:read", "Read reports")
    world.update_permission("reports:read", name="See reports")
    world.create_role("Editor", "editor", permissions=["reports:read"])
    world.create_role("Desk", "org-desk", organization_id=organization_id)
    world.set_role_permissions("org-desk", ["reports:read"], organization_id=organization_id)
    world.delete_permission("reports:read")
    world.delete_role("editor")
    world.delete_role("org-desk", organization_id=organization_id)
    invitation = world.create_invitation("bob@example.com", organization_id=organization_id)["id"]
    world.resend_invitation(invitation)
    world.accept_invitation(invitation)
    world.revoke_invitation(world.create_invitation("carla@example.com")["id"])
    group = world.create_group(organization_id, "Board")["id"]
    world.update_group(organization_id, group, description="Decides")
    member = world.memberships[-1]["id"]
    world.add_group_member(organization_id, group, member)
    world.remove_group_member(organization_id, group, member)
    world.delete_group(organization_id, group)
    connection = world.create_connection(organization_id, "Okta", domains=["acme.example"])["id"]
    world.activate_connection(connection)
    world.deactivate_connection(connection)
    world.delete_connection(connection)
