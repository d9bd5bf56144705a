"""Who reached what, as text: reviewed like code, where it is kept in a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from orgscope.isolation.report.report import Case, Report
from orgscope.isolation.world.actors import ACTORS

__all__ = ["access_matrix"]

_LEGEND: Final = """\
Who reached what, in a clone, by trying it.
S select, I insert, U update, D delete, T truncate; a small letter: only rows of one's own.
admin and auditor have given a reason; without one they reach what any login does.
"""
_LETTERS: Final = {"select": "S", "insert": "I", "update": "U", "delete": "D", "truncate": "T"}
_COLUMNS: Final = {
    "member of A": "member",
    "job of A": "job",
    "administrator with reason": "admin",
    "auditor with reason": "auditor",
    "backup login": "backup",
    "monitor login": "monitor",
    "definer": "definer",
    "sealer": "sealer",
    "owner with row security": "owner",
    "api login without context": "any login",
}
"""The actors that reach different things; the others repeat one of them, or reach nothing."""
_ROLES: Final = {actor.name: actor.role for actor in ACTORS}
_OWN: Final = ("own", "own, elsewhere")
_OBJECT: Final = "object"


def access_matrix(report: Report) -> str:
    """Return the matrix of tables and views, and who may execute each function."""
    cases = [case for case in report.cases if case.outcome == "rows" and case.actor in _ROLES]
    relations = {case.table for case in report.cases if case.command in _LETTERS}
    return "\n".join([_LEGEND, *_relations(relations, cases), "", *_functions(cases), ""])


def _relations(names: Iterable[str], cases: Iterable[Case]) -> list[str]:
    places: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for case in cases:
        places[case.table, case.actor, case.command].add(case.place)
    rows = [
        [name, *(_cell(places, name, actor) or "." for actor in _COLUMNS)] for name in sorted(names)
    ]
    return _aligned([[_OBJECT, *_COLUMNS.values()], *rows])


def _cell(places: Mapping[tuple[str, str, str], set[str]], name: str, actor: str) -> str:
    letters = ""
    for command, letter in _LETTERS.items():
        reached = places.get((name, actor, command))
        if reached:
            letters += letter.lower() if reached.issubset(_OWN) else letter
    return letters


def _functions(cases: Iterable[Case]) -> list[str]:
    words = list(dict.fromkeys(_ROLES.values()))
    executed: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        if case.command == "execute":
            executed[case.table].add(_ROLES[case.actor])
    rows = [
        [", ".join(sorted(found, key=words.index)), name]
        for name, found in sorted(executed.items())
    ]
    return _aligned([["may execute", "function"], *rows])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
