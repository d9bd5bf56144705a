"""What the catalogue alone shows of a deployment: grants, row security, owners, definers.

The matrix cannot show what opens to somebody who is no actor, or what waits for a policy.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from orgscope.deploy.catalogue import Change
from orgscope.effect.effect import Difference
from orgscope.isolation.contract.model import ROLES

__all__ = ["played", "policy_roles", "rights"]

_GRANTS: Final = ("grant on ", "later objects of ")
_FOR_LATER: Final = "grant on later objects of "
_GRANT_OPTION: Final = " with grant option"
_FLAGS: Final = (
    (", row security", False, "row security is on", "row security is off"),
    (
        ", forced",
        False,
        "its policies bind its owner, too",
        "its policies do not bind its owner",
    ),
    ("SECURITY DEFINER", True, "runs as its owner", "runs as the caller"),
    ("SET search_path TO", False, "pins its search path", "does not pin its search path"),
)
"""What stands in a definition, whether it opens, and what it means that it stands there or not."""
_INVOKER: Final = re.compile(r"\bsecurity_invoker=(on|1|t(rue?|r)?|y(es?)?)[,}]", re.IGNORECASE)
"""PostgreSQL keeps the word with which a view was made a security invoker."""
_OWNER: Final = re.compile(r"\bowner ([^\s,]+)")
_ROLES: Final = re.compile(r"^(permissive|restrictive) for \S+ to (.+)$", re.MULTILINE)


def played(role_prefix: str) -> set[str]:
    """Return the roles that actors of the matrix play."""
    return {f"{role_prefix}_{word}" for word in (*ROLES, "owner")}


def rights(changes: Sequence[Change], role_prefix: str) -> Iterator[Difference]:
    """Yield who gains and who loses a right on something that was there before, or is dropped.

    What is new has no row that anybody could gain: its access is compared with the contract alone.
    A new function that acts as its owner, or a new view that reads as its owner, does open what was
    there before.
    """
    made = {change.identity for change in changes if change.verb == "create"}
    opening = {change.identity for change in changes if _opens(change)}
    columns: dict[tuple[str, bool, str], list[str]] = defaultdict(list)
    for change in changes:
        if change.kind == "grant on column":
            table, _, column = change.identity.rpartition(".")
            if made.isdisjoint({table, change.identity}):
                for one in _grants(change, f"{role_prefix}_owner"):
                    columns[table, one.gained, one.words].append(column)
        elif change.kind.startswith(_GRANTS):
            if change.identity not in made or change.identity in opening:
                yield from _grants(change, f"{role_prefix}_owner")
        elif change.kind == "policy":
            yield from _strangers(change, role_prefix)
        elif change.verb == "change":
            yield from _flags(change)
    for (table, gained, words), names in columns.items():
        yield Difference(table, gained, f"{words} ({', '.join(names)})")


def _opens(change: Change) -> bool:
    """Say whether something new acts or reads as its owner."""
    text = change.definition or ""
    if change.verb != "create" or change.kind not in {"function", "relation"}:
        return False
    if change.kind == "function":
        return "SECURITY DEFINER" in text
    return text.startswith(("kind v", "kind m")) and not _is_invoker(text)


def _is_invoker(definition: str) -> bool:
    return _INVOKER.search(definition.partition("\n")[0]) is not None


def _grants(change: Change, owner: str) -> Iterator[Difference]:
    before, after = (set(_privileges(text)) for text in (change.previous, change.definition))
    later = "later objects: " if change.kind.startswith(_FOR_LATER) else ""
    for gained, found in ((True, after - before), (False, before - after)):
        for grantee, privilege in sorted(found):
            if grantee != owner:
                yield Difference(change.identity, gained, f"{grantee}: {later}{privilege}")


def _privileges(definition: str | None) -> Iterator[tuple[str, str]]:
    """Yield (grantee, privilege); the right to pass it on is one of its own."""
    for line in (definition or "").splitlines():
        privilege, _, rest = line.partition(" to ")
        grantee = rest.removesuffix(_GRANT_OPTION)
        yield grantee, privilege
        if grantee != rest:
            yield grantee, f"{privilege}{_GRANT_OPTION}"


def _flags(change: Change) -> Iterator[Difference]:
    before, after = change.previous or "", change.definition or ""
    for flag, opens, present, absent in _FLAGS:
        had, has = flag in before, flag in after
        if had != has:
            yield Difference(change.identity, has is opens, present if has else absent)
    if _is_invoker(before) != _is_invoker(after):
        words = "is read as the reader" if _is_invoker(after) else "is read as its owner"
        yield Difference(change.identity, _is_invoker(before), words)
    old, new = _OWNER.search(before), _OWNER.search(after)
    if old and new and old[1] != new[1]:
        yield Difference(change.identity, True, f"{new[1]}: owns it")
        yield Difference(change.identity, False, f"{old[1]}: owned it")


def _strangers(change: Change, role_prefix: str) -> Iterator[Difference]:
    """Yield what a policy does for roles that no actor plays."""
    before, after = policy_roles(change.previous), policy_roles(change.definition)
    for gained, (kind, here), (other, there) in ((True, after, before), (False, before, after)):
        new = here - there if kind == other else here
        for role in sorted(new - played(role_prefix)):
            opens = gained is (kind == "permissive")
            yield Difference(change.relation, opens, f"{role}: {kind} policy {change.part}")


def policy_roles(definition: str | None) -> tuple[str, set[str]]:
    """Return whether a policy is permissive or restrictive, and for whom it is."""
    found = _ROLES.search(definition or "")
    return (found[1], set(found[2].split(", "))) if found else ("", set())
