"""Users and organizations by their number: as WorkOS shows them, and as a mirror that has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import psycopg

__all__ = ["TIME", "load", "membership_id", "number_of", "organization_id", "user", "user_id"]

TIME: Final = "2026-01-15T12:00:00.000Z"
"""When all of them were made and changed last."""


def user_id(number: int) -> str:
    """Return an id of WorkOS's form; the ids are in the order of the numbers."""
    return f"user_{number:026d}"


def number_of(identifier: str) -> int:
    """Return the number of a user's id."""
    return int(identifier.removeprefix("user_"))


def organization_id(number: int) -> str:
    """Return the id of an organization."""
    return f"org_{number:026d}"


def membership_id(number: int) -> str:
    """Return the id of the one membership of a user."""
    return f"om_{number:026d}"


def user(number: int) -> dict[str, Any]:
    """Return a user with everything that WorkOS shows of one."""
    return {
        "object": "user",
        "id": user_id(number),
        "email": f"{number}@example.com",
        "email_verified": True,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "name": None,
        "profile_picture_url": f"https://workoscdn.com/images/v1/{number:032x}",
        "external_id": None,
        "metadata": {},
        "locale": "en-GB",
        "last_sign_in_at": TIME,
        "created_at": TIME,
        "updated_at": TIME,
    }


def load(url: str, users: int, organizations: int = 0) -> None:
    """Load a mirror with them, each user a member of one organization if there are any.

    ``url`` leads to a deployed database, as its owner. It asserts the sizes.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        before = _sizes(connection)
        _copy(connection, "users", (user(one) for one in range(users)))
        _copy(connection, "organizations", (_organization(one) for one in range(organizations)))
        members = users if organizations else 0
        memberships = (_membership(one, one % organizations) for one in range(members))
        _copy(connection, "organization_memberships", memberships)
        connection.execute("vacuum analyze")
        loaded = tuple(now - then for now, then in zip(_sizes(connection), before, strict=True))
        assert loaded == (users, organizations, members), f"the mirror got {loaded}"


def _organization(number: int) -> dict[str, Any]:
    return {
        "object": "organization",
        "id": organization_id(number),
        "name": f"Acme {number}",
        "created_at": TIME,
        "updated_at": TIME,
    }


def _membership(number: int, organization: int) -> dict[str, Any]:
    return {
        "object": "organization_membership",
        "id": membership_id(number),
        "user_id": user_id(number),
        "organization_id": organization_id(organization),
        "status": "active",
        "role": {"slug": "member"},
        "created_at": TIME,
        "updated_at": TIME,
    }


def _copy(connection: psycopg.Connection[Any], table: str, objects: Iterable[Any]) -> None:
    columns = "(id, raw, source_updated_at, origin)"
    with connection.cursor().copy(f"copy workos.{table} {columns} from stdin".encode()) as rows:
        for one in objects:
            rows.write_row((one["id"], json.dumps(one), TIME, "api"))


def _sizes(connection: psycopg.Connection[Any]) -> tuple[int, ...]:
    [sizes] = connection.execute(
        "select (select count(*) from workos.users), (select count(*) from workos.organizations),"
        " (select count(*) from workos.organization_memberships)"
    )
    return tuple(sizes)
