"""What the contract says must happen: computed from its words and the rows, never from a policy."""

from __future__ import annotations

from collections.abc import Iterable

from orgscope.isolation.contract.model import Command, Grant, Reach, Relation
from orgscope.isolation.report.outcome import Expected
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.ownership import Row

__all__ = ["expected_for", "expected_of_all", "place_of"]


def place_of(actor: Actor, declared: Relation, row: Row) -> str:
    """Say where a row stands, seen from the actor: the word of a report."""
    if actor.role != "user" or declared.scope in {"internal", "shared"}:
        return "any row"
    if not row.live:
        return "tombstone or stub"
    here = actor.organization in row.organizations
    mine = actor.person in row.persons
    if declared.organization is None:
        return "own" if mine else "another person's"
    if here:
        return "own" if mine else "same organization"
    return "own, elsewhere" if mine else "other organization"


def expected_for(actor: Actor, declared: Relation, command: Command, row: Row) -> Expected:
    """Return what the contract expects of one command on one row."""
    if actor.is_owner:
        return _expected_of_owner(actor, declared, command)
    grant = declared.grants(actor.role, with_reason=actor.with_reason).get(command)
    if grant is None:
        return "denied"
    if actor.role != "user":
        return "rows"
    # Without a context policies reach nothing, and do not raise either (ADR 14).
    if (
        _has_context(actor)
        and _is_entitled(actor, grant)
        and _reaches(actor, declared, grant.rows, row)
    ):
        return "rows"
    return "denied" if command == "insert" else "none"


def expected_of_all(
    actor: Actor, declared: Relation, commands: Iterable[Command], row: Row
) -> Expected:
    """Return what the contract expects of a statement that needs several commands of one row."""
    needed = {expected_for(actor, declared, command, row) for command in commands}
    return "denied" if "denied" in needed else "none" if "none" in needed else "rows"


def _has_context(actor: Actor) -> bool:
    return actor.opening in {"token", "system"}


def _is_entitled(actor: Actor, grant: Grant) -> bool:
    return grant.role in {None, actor.slug} and grant.permission in {None, *actor.permissions}


def _expected_of_owner(actor: Actor, declared: Relation, command: Command) -> Expected:
    """An owner may do everything by nature; forced row security leaves it TRUNCATE, and no row."""
    if command == "truncate" or not declared.forced:
        return "rows"
    return "denied" if command == "insert" or actor.row_security is False else "none"


def _reaches(actor: Actor, declared: Relation, reach: Reach, row: Row) -> bool:
    if not row.live:
        return False
    here = actor.organization is not None and actor.organization in row.organizations
    mine = actor.person is not None and actor.person in row.persons
    match reach:
        case "all":
            return True
        case "organization":
            return here
        case "own":
            return mine and (here or declared.scope != "organization")
        case "own or organization":
            return mine or here
