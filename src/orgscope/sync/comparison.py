"""Compare two mirrors, row for row: the one that is there, and the one that its events make."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from orgscope.errors import ConfigurationError
from orgscope.sync.copy import CopiedFamily, Copy

__all__ = ["Difference", "FamilyCount", "compare_families"]

_READ: Final = frozenset({"api", "repair"})
"""Origins of what no event brought: a read, and a repair by a reconcile."""

_Known = dict[str, dict[str, str]]
"""For each family, the ids of deleted rows that were counted apart, and as what."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what its events say; ``fields`` are names, never values."""

    family: str
    object_id: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class FamilyCount:
    """How the rows of a family compare; all but ``same`` and ``different`` are explained."""

    family: str
    same: int = 0
    read: int = 0
    """What a read brought."""

    erased: int = 0
    """What came by an event that was erased."""

    purged: int = 0
    """What came by an event that the inbox has no more, and sessions that ended long ago."""

    different: int = 0

    def count(self, kind: str) -> None:
        """Count a row."""
        setattr(self, kind, getattr(self, kind) + 1)


async def compare_families(
    kept: Copy, made: Copy, on_difference: Callable[[Difference], None]
) -> list[FamilyCount]:
    """Compare every family that ``kept`` has; parents first, whose deletes take children along.

    Raises ConfigurationError when ``made`` has no such family.
    """
    apart: _Known = {}
    counts = []
    for family in _parents_first(kept):
        if family.name not in made.families:
            raise ConfigurationError(
                f"the database to build into has no family {family.name}. Deploy the same project "
                "there (--project)."
            )
        counts.append(FamilyCount(family.name))
        comparer = _Comparer(family, apart, apart.setdefault(family.name, {}), on_difference)
        pairs = _pairs(kept.rows(family.rows), made.rows(made.families[family.name].rows))
        async for one, other in pairs:
            counts[-1].count(comparer.judge(one, other))
    return sorted(counts, key=lambda one: one.family)


def _parents_first(copy: Copy) -> list[CopiedFamily]:
    ordered: dict[str, CopiedFamily] = {}

    def add(family: CopiedFamily) -> None:
        for parent in family.parents.values():
            if parent in copy.families and parent != family.name:
                add(copy.families[parent])
        ordered.setdefault(family.name, family)

    for one in copy.families.values():
        add(one)
    return list(ordered.values())


async def _pairs(
    ours: AsyncIterator[Any], theirs: AsyncIterator[Any]
) -> AsyncIterator[tuple[Any, Any]]:
    """Return rows of the same id together, and None for what one side lacks; both are ordered."""
    one, other = await anext(ours, None), await anext(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.id < other.id):
            yield one, None
            one = await anext(ours, None)
        elif one is None or other.id < one.id:
            yield None, other
            other = await anext(theirs, None)
        else:
            yield one, other
            one, other = await anext(ours, None), await anext(theirs, None)


@dataclass(frozen=True, slots=True)
class _Comparer:
    family: CopiedFamily
    apart: _Known
    own: dict[str, str] = field(repr=False)
    on_difference: Callable[[Difference], None]

    def judge(self, kept: Any | None, made: Any | None) -> str:
        """Return what the row is to be counted as; tell of it when it is a difference."""
        fields = _differing(kept, made)
        if not fields:
            return "same"
        kind = self._explain(kept, made, fields)
        if kind is None:
            object_id = (kept or made).id  # type: ignore[union-attr]  # one of both is there
            self.on_difference(Difference(self.family.name, object_id, fields))
            return "different"
        if kept is not None and kept.is_dead:
            self.own[kept.id] = kind
        return kind

    def _explain(self, kept: Any | None, made: Any | None, fields: tuple[str, ...]) -> str | None:
        """Return why no event says this of the row, or None when one should."""
        if kept is None:
            return "purged" if made is not None and made.is_past else None
        if kept.came_by in ("erased", "purged"):
            return str(kept.came_by)
        if kept.raw is None:  # a stub: of a child that a read brought, or of a token
            return "read" if made is None else None
        if kept.came_by == "read" or kept.origin in _READ or {*fields} <= self.family.read_keys:
            return "read"
        if not kept.is_dead or (made is not None and made.is_dead):
            return None
        raw = json.loads(kept.raw)
        parents = self.family.parents.items()
        ends = (self.apart.get(parent, {}).get(raw.get(name)) for name, parent in parents)
        return next(filter(None, ends), None)


def _differing(kept: Any | None, made: Any | None) -> tuple[str, ...]:
    """Return in what two rows differ.

    Of two tombstones nothing else is asked: what an object said last, before or after its end, is
    decided by which came first.
    """
    if kept is None or made is None:
        return ("missing here" if kept is None else "missing in what was rebuilt",)
    if kept.is_dead != made.is_dead:
        return ("deleted",)
    if kept.is_dead or (kept.raw, kept.source_updated_at) == (made.raw, made.source_updated_at):
        return ()
    one, other = (json.loads(row.raw or "{}") for row in (kept, made))
    fields = {
        name for name in one.keys() | other.keys() if _value(one, name) != _value(other, name)
    }
    if kept.source_updated_at != made.source_updated_at:
        fields.add("source_updated_at")
    return tuple(sorted(fields)) or ("raw",)


def _value(payload: dict[str, Any], name: str) -> object:
    return payload.get(name, _value)
