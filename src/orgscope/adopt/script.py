"""The DBA's script: new owners, and what others may do in the schemas taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from orgscope.adopt.found import Found

__all__ = ["notes", "planning_roles", "script"]

_LOCK_TIMEOUT: Final = "3s"
_LATER: Final = "grant on later objects of "
_LATER_KINDS: Final = {"r": "tables", "S": "sequences", "f": "functions", "T": "types"}
_GRANTED_ON: Final = {
    "grant on schema": "schema",
    "grant on table": "table",
    "grant on column": "table",
    "grant on sequence": "sequence",
    "grant on function": "routine",
}
"""Kind of the catalogue -> word of a REVOKE. By a grant on a type nobody reaches a row."""


def script(found: Found, owner: str, keep: Sequence[str], *, borrow: str | None) -> str:
    """Return the script for psql; empty when everything is ``owner``'s and nobody else's.

    ``borrow`` are the options of the grant by which the DBA has the owner's rights until the end;
    None when it has them anyway. ``keep`` are the roles that go on with what they have.
    """
    changes = [*_owners(found, owner), *_revokes(found, owner, keep)]
    if not changes:
        return ""
    quoted = [found.roles[name].quoted for name in keep]
    but = f" but {', '.join(quoted)}" if keep else ""
    schemas = ", ".join(one.identity for one in found.objects if one.kind == "schema")
    lines = [
        f"-- Make {owner} the owner of all in {schemas}; nobody else{but} keeps a right.",
        f"-- As the DBA: psql -X -f FILE. All or nothing; it waits {_LOCK_TIMEOUT} for a lock.",
        *(f"-- {' '.join(note.split())}" for note in notes(found, owner, keep)),
        "",
        "\\set ON_ERROR_STOP on",
        "begin;",
        f"set local lock_timeout = '{_LOCK_TIMEOUT}';",
        *([] if borrow is None else [f"grant {owner} to current_user{borrow};"]),
        *changes,
        *found.kept,
        *([] if borrow is None else [f"revoke {owner} from current_user;"]),
        "commit;",
    ]
    return "\n".join(lines) + "\n"


def planning_roles(found: Found) -> set[str]:
    """Return the roles, quoted, whose later objects are born with grants in these schemas."""
    return {
        kind.removeprefix(_LATER) for (_, kind, _) in found.catalogue if kind.startswith(_LATER)
    }


def notes(found: Found, owner: str, keep: Sequence[str]) -> Iterator[str]:
    """Yield what the script means for whoever works with the tables today."""
    owned: dict[str, int] = defaultdict(int)
    for one in found.objects:
        if one.owner != owner:
            owned[one.owner] += 1
    for name, count in owned.items():
        yield (
            f"{name} owns {count} objects: it goes on reading and writing until the next migrate, "
            "and then does what policies/ say."
            if name in keep
            else f"{name} owns {count} objects, and may do nothing with them from now on."
        )
    for name in dict.fromkeys((*owned, *keep)):
        if found.roles[name].is_unbound:
            yield f"no policy ever binds {name}: it is a superuser, or has BYPASSRLS."
    losing = {name for names in _strangers(found, keep).values() for name in names} - {"public"}
    if others := sorted(losing - {found.roles[name].quoted for name in owned}):
        yield f"{', '.join(others)} lose what was granted to them."
    for name in found.bound_later if owned else ():
        yield f"the policies of {name} bind from now on whoever owned it."
    for name in found.run_as_owner if owned else ():
        yield f"{name} runs as its owner: with the rights of {owner} from now on."
    for table, triggers in found.fire_on_update:
        yield (
            f"{table} has triggers on update ({triggers}): they fire when a revision fills in "
            f"whose its rows are. Around it where one must not: `alter table {table} disable "
            "trigger …`, and enable."
        )


def _owners(found: Found, owner: str) -> Iterator[str]:
    """Yield what changes owners; schemas first, because an owner must be able to create there."""
    for one in sorted(found.objects, key=lambda one: one.kind != "schema"):
        if one.owner != owner and not one.follows:
            yield f"alter {one.kind} {one.identity} owner to {owner};"


def _revokes(found: Found, owner: str, keep: Sequence[str]) -> Iterator[str]:
    for (word, identity), strangers in _strangers(found, keep).items():
        if names := [name for name in strangers if name != owner]:
            yield f"revoke all on {word} {identity} from {', '.join(names)} cascade;"
    for (schema, kind, identity), definition in found.catalogue.items():
        if kind.startswith(_LATER):
            role, later = kind.removeprefix(_LATER), _LATER_KINDS[identity.rpartition(" ")[2]]
            yield (
                f"alter default privileges for role {role} in schema {schema} "
                f"revoke all on {later} from {', '.join(_grantees(definition))};"
            )


def _strangers(found: Found, keep: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Return who else than its owner may do something with an object; a column is its table's."""
    owners = {one.identity: found.roles[one.owner].quoted for one in found.objects if one.owner}
    kept = {found.roles[name].quoted for name in keep}
    strangers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (_, kind, identity), definition in found.catalogue.items():
        word = _GRANTED_ON.get(kind)
        table = identity.rpartition(".")[0] if kind == "grant on column" else identity
        if word is None or table not in owners:
            continue
        known = strangers[word, table]
        for name in _grantees(definition):
            if name not in {owners[table], *kept, *known}:
                known.append(name)
    return {key: names for key, names in strangers.items() if names}


def _grantees(definition: str) -> list[str]:
    """Return for whom the lines of a definition are; a name is quoted where SQL needs it."""
    lines = (line.partition(" to ")[2] for line in definition.splitlines())
    return sorted({line.removesuffix(" with grant option") for line in lines})
