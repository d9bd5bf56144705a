"""The change of the access matrix, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from orgscope.effect.effect import Difference
from orgscope.isolation.report.report import Case

__all__ = ["VARIANTS", "access_differences"]

_PLACES: Final = {
    "own": "own rows",
    "same organization": "colleagues' rows",
    "other organization": "rows of the other organization",
    "own, elsewhere": "own rows in another organization",
    "another person's": "rows of another person",
    "tombstone or stub": "deleted rows",
    "any row": "rows",
}
_COLUMN: Final = "select column"
_BLIND: Final = " without condition"
VARIANTS: Final = {
    "select for update": "select",
    "copy to": "select",
    _COLUMN: "select",
    "insert returning": "insert",
    "insert by default": "insert",
    "merge insert": "insert",
    "copy from": "insert",
    "update returning": "update",
    "update without condition": "update",
    "merge update": "update",
    "upsert": "update",
    "move": "update",
    "move without condition": "update",
    "delete returning": "delete",
    "delete without condition": "delete",
    "merge delete": "delete",
}
"""Other ways to the same rows; they are told where the plain command shows no difference."""

Key = tuple[str, str, str, str]
"""Object, actor, command, place."""


def access_differences(
    before: Iterable[Case], after: Iterable[Case], actors: Sequence[str]
) -> Iterator[Difference]:
    """Yield who reaches more, and who reaches less, of the objects that are in both.

    ``actors`` are those who count, in the order in which they are named.
    """
    then, now = _reached(before, actors), _reached(after, actors)
    both = {key[0] for key in then} & {key[0] for key in now}
    for gained in (True, False):
        keys = {
            key
            for key in then.keys() | now.keys()
            if key[0] in both
            and (now[key] > then[key] if gained else now[key] < then[key])
            and not (key[2] == _COLUMN and key not in then)  # a column that is new
        }
        yield from _words(_plain(keys), then, now, actors, gained=gained)


def _reached(cases: Iterable[Case], actors: Collection[str]) -> Counter[Key]:
    """Count the rows; a command that was tried and reached none stands there with 0."""
    found: Counter[Key] = Counter()
    for case in cases:
        if case.actor in actors:
            # The place of a write without condition is how many rows the contract allows.
            place = "any row" if case.command.endswith(_BLIND) else case.place
            found[case.table, case.actor, case.command, place] += case.reached
    return found


def _plain(keys: set[Key]) -> set[Key]:
    """Leave out the other ways where the plain command of the same actor differs as well."""
    plain = {(name, actor, command) for name, actor, command, _ in keys}
    return {
        (name, actor, command, place)
        for name, actor, command, place in keys
        if (name, actor, VARIANTS.get(command)) not in plain
    }


def _words(
    keys: set[Key],
    then: Counter[Key],
    now: Counter[Key],
    actors: Sequence[str],
    *,
    gained: bool,
) -> Iterator[Difference]:
    who: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for key in keys:
        name, actor, command, place = key
        some = min(then[key], now[key]) > 0
        what = _PLACES.get(place, place)
        what = f"{'more' if gained else 'fewer'} {what}" if some else what
        who[name, command, what].add(actor)
    what_of: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (name, command, what), found in sorted(who.items()):
        what_of[name, command, tuple(sorted(found, key=actors.index))].append(what)
    commands: dict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for (name, command, people), places in what_of.items():
        commands[name, people, ", ".join(places)].append(command)
    for (name, people, places_), verbs in commands.items():
        words = f"{', '.join(people)}: {', '.join(verbs)} {places_}"
        yield Difference(name, gained, words.strip())
