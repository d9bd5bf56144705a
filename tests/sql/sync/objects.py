"""Objects as the events of WorkOS show them, beside those that ``tests.database`` makes."""

from __future__ import annotations

from typing import Any

from tests.database import UPDATED_AT, unique

__all__ = [
    "connection",
    "directory",
    "directory_group",
    "directory_group_member",
    "directory_user",
    "domain",
    "environment_role",
    "group",
    "group_member",
    "invitation",
    "organization_role",
    "permission",
    "slug",
]

Object = dict[str, Any]
TIMES = {"created_at": UPDATED_AT, "updated_at": UPDATED_AT}


def slug(prefix: str) -> str:
    """Return a slug unlike any other of this run."""
    return unique(prefix).lower()


def domain(org_id: str, **fields: Any) -> Object:
    """Return an organization domain."""
    return {
        "object": "organization_domain",
        "id": unique("org_domain"),
        "organization_id": org_id,
        "domain": "example.com",
        "state": "verified",
        **TIMES,
        **fields,
    }


def environment_role(**fields: Any) -> Object:
    """Return a role of the environment: its events have neither id nor name."""
    return {
        "object": "role",
        "slug": slug("role"),
        "resource_type_slug": "organization",
        "permissions": ["events:read"],
        **TIMES,
        **fields,
    }


def organization_role(org_id: str, **fields: Any) -> Object:
    """Return a role of an organization: its events have no id."""
    return {
        "object": "organization_role",
        "organization_id": org_id,
        "slug": slug("org-role"),
        "name": "Treasurer",
        "description": None,
        "resource_type_slug": "organization",
        "permissions": ["events:read", "events:write"],
        **TIMES,
        **fields,
    }


def permission(**fields: Any) -> Object:
    """Return a permission."""
    return {
        "object": "permission",
        "id": unique("perm"),
        "slug": slug("events:read"),
        "name": "Read events",
        "description": None,
        "system": False,
        "resource_type_slug": "organization",
        **TIMES,
        **fields,
    }


def invitation(org_id: str | None, **fields: Any) -> Object:
    """Return an invitation; the API adds ``token`` and ``accept_invitation_url``."""
    return {
        "object": "invitation",
        "id": unique("invitation"),
        "email": "grace@example.com",
        "state": "pending",
        "accepted_at": None,
        "revoked_at": None,
        "expires_at": "2026-01-22T12:00:00.000Z",
        "organization_id": org_id,
        "inviter_user_id": None,
        "accepted_user_id": None,
        "role_slug": "member",
        **TIMES,
        **fields,
    }


def directory(org_id: str | None, **fields: Any) -> Object:
    """Return a directory, in the words of events."""
    return {
        "object": "directory",
        "id": unique("directory"),
        "organization_id": org_id,
        "type": "okta scim v2.0",
        "state": "active",
        "name": "People of the practice",
        "external_key": "xk29",
        "domains": [
            {"object": "organization_domain", "id": "org_domain_1", "domain": "example.com"}
        ],
        **TIMES,
        **fields,
    }


def directory_user(directory_id: str, **fields: Any) -> Object:
    """Return a directory user."""
    return {
        "object": "directory_user",
        "id": unique("directory_user"),
        "directory_id": directory_id,
        "organization_id": "org_of_the_directory",
        "idp_id": "8931",
        "email": "grace@example.com",
        "first_name": "Grace",
        "last_name": None,
        "emails": [{"primary": True, "type": "work", "value": "grace@example.com"}],
        "job_title": "Rear admiral",
        "username": "grace",
        "state": "active",
        "custom_attributes": {},
        "role": {"slug": "member"},
        **TIMES,
        **fields,
    }


def directory_group(directory_id: str, **fields: Any) -> Object:
    """Return a directory group."""
    return {
        "object": "directory_group",
        "id": unique("directory_group"),
        "directory_id": directory_id,
        "organization_id": "org_of_the_directory",
        "idp_id": "0247",
        "name": "Surgeons",
        **TIMES,
        **fields,
    }


def directory_group_member(user: Object, group: Object) -> Object:
    """Return what is said of a member of a directory group: both objects, and nothing of its own."""
    return {"directory_id": group["directory_id"], "user": user, "group": group}


def group(org_id: str, **fields: Any) -> Object:
    """Return a group of an organization."""
    return {
        "object": "group",
        "id": unique("group"),
        "organization_id": org_id,
        "name": "Night shift",
        "description": None,
        **TIMES,
        **fields,
    }


def group_member(group_id: str, membership_id: str) -> Object:
    """Return what is said of a member of a group: two ids."""
    return {"group_id": group_id, "organization_membership_id": membership_id}


def connection(org_id: str | None, **fields: Any) -> Object:
    """Return a connection."""
    return {
        "object": "connection",
        "id": unique("conn"),
        "organization_id": org_id,
        "connection_type": "OktaSAML",
        "name": "Sign-in of the practice",
        "state": "active",
        "status": "linked",
        "external_key": "xk30",
        "domains": [],
        **TIMES,
        **fields,
    }
