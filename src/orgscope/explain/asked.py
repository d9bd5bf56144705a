"""What is asked: whose claims, which table, which row, which command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Asked", "Claims"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to ``explain``.

    ``table`` is qualified by its schema. ``row`` are columns and their values as text, by which
    exactly one row is found; without them the rows are counted. ``role`` and ``permissions`` are by
    default those of the membership in the mirror.
    """

    table: str
    user_id: str | None
    org_id: str | None
    command: str = "select"
    row: Mapping[str, str] = field(default_factory=dict)
    role: str | None = None
    permissions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What the claim readers would return."""

    user_id: str | None
    org_id: str | None
    role: str | None
    permissions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the claims as ``authz.claims()`` has them."""
        return {
            "kind": "user" if self.user_id else "system",
            "user_id": self.user_id,
            "org_id": self.org_id,
            "role": self.role,
            "permissions": list(self.permissions),
        }
