"""The path of a call, and the name of its endpoint: the path without what identifies somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["endpoint_of", "parts_of", "template_of"]

_NOUNS: Final = frozenset(
    {
        "authorization",
        "connections",
        "directories",
        "directory_groups",
        "directory_users",
        "events",
        "external_id",
        "groups",
        "invitations",
        "organization-memberships",
        "organization_domains",
        "organization_memberships",
        "organizations",
        "permissions",
        "roles",
        "sessions",
        "user_management",
        "users",
    }
)
"""The words of WorkOS's paths. Any other part may be an id or a name that a customer chose."""


def endpoint_of(path: Sequence[str]) -> str:
    """Return the endpoint of a path: for labels and messages, so no part of it is an identifier.

    >>> endpoint_of(("user_management", "users", "user_01ABC", "sessions"))
    '/user_management/users/sessions'
    """
    return "/" + "/".join(part for part in path if part in _NOUNS)


def template_of(path: Sequence[str]) -> str:
    """Return the template of a path: every part that may be an identifier is ``{id}``.

    >>> template_of(("user_management", "users", "user_01ABC", "sessions"))
    '/user_management/users/{id}/sessions'
    """
    return "/" + "/".join(part if part in _NOUNS else "{id}" for part in path)


def parts_of(path: str) -> tuple[str, ...]:
    """Split a path; the SDK encodes each part, and refuses those that are empty or dots."""
    if not path.startswith("/"):
        raise ValueError("expected a path that begins with /, such as /directories")
    return tuple(path[1:].split("/"))
