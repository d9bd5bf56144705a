"""How the commands show what a deployment did, or would do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

import typer

from orgscope.commands.output import count
from orgscope.deploy import Outcome
from orgscope.deploy.catalogue import RELATIONS, Change
from orgscope.project import core

__all__ = ["show_drift", "show_outcome"]

_WHOLE: Final = frozenset({"schema", "relation", "function", "type", "index"})
_PLURALS: Final = {"policy": "policies", "index": "indexes"}
_FIRST: Final = (*RELATIONS.values(), "type", "function", "trigger", "policy", "grant")
"""Which kinds are counted before the others."""


def show_outcome(outcome: Outcome, nothing: str, *, every: bool = False) -> None:
    """Print what a run did or found, a line each, with the difference of every object.

    What is orgscope's own and new is counted, unless ``every`` is given. What it adds to a table
    that was there, and whatever a project does in its schemas, is no such thing.
    """
    folded = set() if every else set(_new_of_core(outcome))
    for line in _steps(outcome, is_new=("deploy", "schema", "deploy") in folded):
        typer.echo(line)
    for line in _counts([change for change in outcome.changes if change.key in folded]):
        typer.echo(line)
    for change in outcome.changes:
        if change.key not in folded:
            typer.echo(str(change))
            for line in change.diff.splitlines():
                typer.echo(f"    {line}")
    if outcome.settings_changed:
        typer.echo("settings: authz.settings changes")
    if folded:
        typer.echo("orgscope's own new objects are counted: --all shows each")
    if not outcome:
        typer.echo(nothing)


def show_drift(outcome: Outcome, *, repaired: bool) -> None:
    """Say that somebody changed things by hand beside the run; after a repair, which are left."""
    number = len(outcome.drift)
    if repaired:
        for change in outcome.drift:
            typer.echo(f"no file undoes this: {change}")
        if number:
            typer.echo(
                "write a revision, undo it by hand, or take it as right: orgscope drift --accept"
            )
    elif number:
        typer.echo(
            f"{count(number, 'object')} {'differs' if number == 1 else 'differ'} from what was "
            f"deployed: orgscope drift names {'it' if number == 1 else 'them'}"
        )


def _steps(outcome: Outcome, *, is_new: bool) -> Iterator[str]:
    """Yield the revisions and files; of orgscope, where it ``is_new``, how many there are."""
    name = core().name
    mine = f"{name} "
    together = [
        [one for one in found if is_new and one.startswith(mine) and one not in outcome.alone]
        for found in (outcome.revisions, outcome.files)
    ]
    for noun, found in zip(("revision", "file"), together, strict=True):
        if found:
            yield f"{name}: {count(len(found), noun)}"
    for revision in outcome.revisions:
        alone = (
            " (runs alone; its effect is not in the comparison)"
            if revision in outcome.alone
            else ""
        )
        adopted = " (adopted: it stands there already)" if revision in outcome.adopted else ""
        if revision not in together[0]:
            yield f"revision {revision}{alone}{adopted}"
    for path in outcome.files:
        if path not in together[1]:
            yield f"file {path}"


def _new_of_core(outcome: Outcome) -> Iterator[tuple[str, str, str]]:
    """Yield which objects orgscope's files made, with all that they hang on."""
    made = [
        change
        for change in outcome.changes
        if change.verb == "create" and outcome.of_core.get(change.key) == change.definition
    ]
    whole = {change.identity for change in made if change.kind in _WHOLE}
    for change in made:
        names = {change.identity, change.relation or change.schema}
        if change.kind in _WHOLE or not whole.isdisjoint(names):
            yield change.key


def _counts(changes: list[Change]) -> Iterator[str]:
    """Yield one line for each schema, with how many objects of each kind there are."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for change in changes:
        kinds[change.schema][_noun(change)] += change.kind != "schema"
    for schema, found in kinds.items():
        nouns = [one for one in (*_FIRST, *sorted(found.keys() - {*_FIRST})) if found[one]]
        numbers = ", ".join(count(found[noun], noun, _PLURALS.get(noun)) for noun in nouns)
        yield f"create {schema}: {numbers}"


def _noun(change: Change) -> str:
    if change.kind == "relation":
        return RELATIONS[(change.definition or "").split(",", 1)[0].removeprefix("kind ")]
    return "grant" if change.kind.startswith("grant on ") else change.kind
