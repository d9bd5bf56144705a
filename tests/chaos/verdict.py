"""The verdict: the mirror is compared with its world, and the inbox and the logs are looked through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from orgscope.devworkos import DevWorkOS
from tests.chaos.expected import Key, Objects, Told, expected_objects, told_by
from tests.chaos.mirror_rows import MirrorRow, follow_changes, read_mirror, tasks_left
from tests.chaos.tally import Finding

__all__ = ["Knowledge", "compare", "is_silent", "look_through"]

_SILENT: Final[Mapping[str, frozenset[str]]] = {
    "user": frozenset({"last_sign_in_at"}),
    "organization": frozenset({"allow_profiles_outside_organization"}),
    "directory": frozenset({"domain"}),
    "role": frozenset({"id", "type"}),
}
_SILENT_OF_ENVIRONMENT_ROLES: Final = frozenset({"name", "description"})

UNCERTAIN: Final = frozenset({"session", "permission"})
"""What WorkOS lists nowhere, or shows by a slug that poison may have broken: no reconcile finds out
that such an object never was."""

_MISSING: Final = object()


def is_silent(key: Key, name: str, value: Any) -> bool:
    """Tell whether a field came to its value without an event of that object that could say so.

    Only a read that nothing overtakes brings it, such as the reconcile at the end.
    """
    family, id_ = key
    if family == "invitation":
        return name == "state" and value == "expired"
    if id_.startswith("environment:") and name in _SILENT_OF_ENVIRONMENT_ROLES:
        return family == "role"
    return name in _SILENT.get(family, ())


@dataclass(slots=True)
class Knowledge:
    """What the mirror was told, or was shown by a whole run."""

    told: dict[Key, list[Told]] = field(default_factory=dict)
    """By the newest event of each object, or by several of one time."""

    shown: Objects = field(default_factory=dict)
    """What lived when the last whole run began."""

    shown_ms: int = -1
    """When the newest event before that run was made; what came after it is told by events."""

    newest: dict[Key, int] = field(default_factory=dict)
    """When the newest event of each object was made."""

    ever: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, world: DevWorkOS, untold: set[str]) -> Knowledge:
        """Return what the events of a world tell, but for those ids that no channel has."""
        known = cls()
        poisoned = set(world.poisoned)
        for event in world.event_log.all:
            if event.id in poisoned:
                continue
            told = told_by(event.envelope)
            known.ever.add(told.key)
            if event.id in untold:
                continue
            if event.created_ms > known.newest.get(told.key, -1):
                known.newest[told.key], known.told[told.key] = event.created_ms, []
            known.told[told.key].append(told)
        return known


def compare(
    world: DevWorkOS, admin: psycopg.Connection[Any], known: Knowledge, *, whole: bool
) -> list[Finding]:
    """Compare field by field.

    ``whole``: a reconcile has mended everything, so that nothing is excused but what no list has;
    otherwise what changed in silence is left alone.
    """
    mirror, expected = read_mirror(admin), expected_objects(world)
    findings = [
        finding
        for key, fields in expected.items()
        for finding in _compare_one(key, fields, mirror.get(key), known, whole=whole)
    ]
    unfilled = {key[1] for key, row in mirror.items() if row.raw is None and key not in expected}
    for key, row in mirror.items():
        if row.dead or key in expected:
            continue
        hangs = row.raw is None or not unfilled.isdisjoint(map(str, row.raw.values()))
        if hangs and not whole and not _is_told(key, row, known, unfilled):
            continue
        if row.raw is None and key[0] == "group" and key not in known.told:
            continue  # Nobody can be asked for it: only its events say whose it is.
        if row.raw is None:
            findings.append(_differs(key, "", "is a stub that nobody filled"))
        elif key in known.ever or (whole and key[0] not in UNCERTAIN):
            findings.append(_differs(key, "", "lives here and is gone at WorkOS"))
    for key, told in known.told.items():
        if key not in expected and key not in mirror and any(one.deleted for one in told):
            findings.append(_differs(key, "deleted_at", "was deleted and left no tombstone"))
    return findings


def _is_told(key: Key, row: MirrorRow, known: Knowledge, unfilled: set[str]) -> bool:
    """Tell whether the mirror should know the stub, or those that the row hangs on.

    What was made and deleted in silence is a stub to the mirror until a reconcile.
    """
    ids = {key[1]} if row.raw is None else unfilled.intersection(map(str, row.raw.values()))
    return not ids.isdisjoint(one[1] for one in known.told)


def _compare_one(
    key: Key, fields: Mapping[str, Any], row: MirrorRow | None, known: Knowledge, *, whole: bool
) -> Iterator[Finding]:
    said = [one.fields for one in known.told.get(key, ()) if not one.deleted]
    shown = known.shown.get(key, {})
    if said and known.newest[key] > known.shown_ms:  # It may have changed and changed back since.
        shown = {name: value for name, value in shown.items() if name not in said[0]}
    said.append(shown)
    is_known = any(said) or (whole and key[0] != "session")
    if not is_known:
        return
    if row is None:
        yield _differs(key, "", "lives at WorkOS and is missing here")
        return
    if row.dead:
        yield _differs(key, "deleted_at", "lives at WorkOS and is a tombstone here")
        return
    if row.raw is None:
        yield _differs(key, "", "lives at WorkOS and is a stub here")
        return
    for name, value in fields.items():
        # What a run showed of a silent field may have been overtaken; what an event said was not.
        heard = said[:-1] if is_silent(key, name, value) else said
        is_told = any(one.get(name, _MISSING) == value for one in heard)
        if (whole or is_told) and row.raw.get(name, _MISSING) != value:
            yield _differs(key, name, f"differs (brought by {row.origin} {row.event_id[-6:]})")


def _differs(key: Key, name: str, says: str) -> Finding:
    return Finding("divergence", key[0], key[1], name, says)


_ABSURD: Final = {
    "sync.history has a version twice": """
        select family, object_id, source_updated_at::text from sync.history
        group by family, object_id, source_updated_at, event_id, deleted_at, raw,
          case when origin in ('api', 'repair') then synced_at end
        having count(*) > 1
    """,
    "sync.changes has two changes by one event": """
        select family, object_id, event_id from sync.changes
        where event_id <> '' group by family, object_id, event_id having count(*) > 1
    """,
    "sync.changes has a change that cannot follow the one before": """
        select c.family, c.object_id, c.kind from (
          select *, lag(kind) over (partition by family, object_id order by position) as before
          from sync.changes
        ) as c
        where case c.kind
          when 'created' then c.before is not null
          when 'updated' then coalesce(c.before, 'deleted') = 'deleted'
          when 'restored' then c.before <> 'deleted'
        end
    """,
}


def look_through(
    world: DevWorkOS,
    admin: psycopg.Connection[Any],
    known: Knowledge,
    *,
    acknowledged: set[str],
    readable: set[str],
) -> list[Finding]:
    """Look for events that are missing, failed, or were applied twice, and for tasks left.

    ``acknowledged`` are the ids of webhooks that were answered with 2xx, ``readable`` those of the
    events that the feed has had.
    """
    findings: list[Finding] = []
    heard = {key[1] for key in known.told}
    inbox = dict(admin.execute("select id, status from sync.inbox").fetchall())
    for what, ids in (("was acknowledged", acknowledged), ("is in the feed", readable)):
        findings += [
            Finding("loss", "event", one, "", f"{what} and is not in the inbox")
            for one in sorted(ids - inbox.keys())
        ]
    poisoned = set(world.poisoned)
    findings += [
        Finding("divergence", "event", one, "status", "failed and is no poison")
        for one, status in inbox.items()
        if status == "failed" and one not in poisoned
    ]
    findings += [
        Finding("divergence", "task", f"{kind} {key}", "", f"is never done: {error}")
        for kind, key, error in tasks_left(admin)
        if not (kind == "event" and key in poisoned)
        and not (error and error.startswith("WS202") and key.partition(":")[2] not in heard)
    ]
    alive = {key for key, row in read_mirror(admin).items() if not row.dead and row.raw is not None}
    for key in alive ^ follow_changes(admin):
        says = "lives here" if key in alive else "is gone here"
        findings.append(_differs(key, "", f"{says}, and not for who follows sync.changes"))
    for says, query in _ABSURD.items():
        findings += [
            Finding("divergence", family, key, what, says)
            for family, key, what in admin.execute(query).fetchall()
            if what not in poisoned
        ]
    return findings
