"""Objects as an API returns them, compared field by field with rows of the mirror."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

__all__ = ["TABLES", "Comparison", "Difference", "compare"]

TABLES: Final[Mapping[str, str]] = {
    "user": "workos.users",
    "organization": "workos.organizations",
    "organization_domain": "workos.organization_domains",
    "organization_membership": "workos.organization_memberships",
}

_EMBEDDED: Final[Mapping[str, frozenset[str]]] = {
    "organization": frozenset({"domains"}),
    "organization_membership": frozenset({"user", "organization_name"}),
}
"""What the API shows within an object, and the mirror keeps as objects of their own."""

_BOOKKEEPING: Final = frozenset(
    {"id", "raw", "lossy", "event_id", "deleted_at", "first_seen_at", "synced_at", "origin"}
)
"""Columns that say how the row came about."""

_MISSING: Final = object()


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A field in which an object and its row differ; ``field`` is empty for the object itself."""

    family: str
    object_id: str
    field: str
    says: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.family, self.object_id, self.field, self.says)))


@dataclass(slots=True)
class Comparison:
    """How much was compared, and what differs."""

    objects: int = 0
    fields: int = 0
    differences: list[Difference] = field(default_factory=list)

    def ids(self) -> set[tuple[str, str]]:
        """Return family and id of what differs."""
        return {(one.family, one.object_id) for one in self.differences}

    def __iadd__(self, other: Comparison) -> Comparison:
        self.objects += other.objects
        self.fields += other.fields
        self.differences += other.differences
        return self


def compare(
    family: str, listed: Iterable[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> Comparison:
    """Compare all objects of a family with all live rows of its table, columns by name."""
    result = Comparison()
    left = {row["id"]: row for row in rows}
    for payload in listed:
        result.objects += 1
        row = left.pop(payload["id"], None)
        if row is None or row["raw"] is None:
            says = "is missing in the mirror" if row is None else "is a stub in the mirror"
            result.differences.append(Difference(family, payload["id"], "", says))
            continue
        for name, theirs, ours in _pairs(family, payload, row):
            result.fields += 1
            if theirs != ours or type(theirs) is not type(ours):
                says = _says(theirs, ours)
                result.differences.append(Difference(family, payload["id"], name, says))
    for one in left:
        result.differences.append(Difference(family, one, "", "lives in the mirror only"))
    return result


def _pairs(
    family: str, payload: Mapping[str, Any], row: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Return the name of each field, its value there, and its value here."""
    embedded = _EMBEDDED.get(family, frozenset())
    for name in sorted((payload.keys() | row["raw"].keys()) - embedded):
        yield f"raw.{name}", payload.get(name, _MISSING), row["raw"].get(name, _MISSING)
    for name in sorted(row.keys() - _BOOKKEEPING):
        yield name, _column(name, payload, row[name]), row[name]
    yield "lossy", False, row["lossy"]


def _column(name: str, payload: Mapping[str, Any], ours: Any) -> Any:
    """Return what a column should hold."""
    if name == "role_slug":
        return payload["role"]["slug"]
    if name == "role_slugs":
        return [one["slug"] for one in payload.get("roles", [payload["role"]])]
    value = payload.get("updated_at" if name == "source_updated_at" else name)
    if isinstance(ours, datetime) and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    return value


def _says(theirs: Any, ours: Any) -> str:
    if ours is _MISSING:
        return "is missing in the mirror"
    return "is in the mirror only" if theirs is _MISSING else "differs"
