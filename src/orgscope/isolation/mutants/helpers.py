"""Mutants of the functions that policies call: a constant, or a check less."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from psycopg import sql

from orgscope.isolation.catalogue.helpers import Helper
from orgscope.isolation.mutants.mutant import Mutant
from orgscope.isolation.world.people import ORG_B, person

__all__ = ["helper_mutants"]

_CONSTANTS: Final[dict[str, dict[str, str]]] = {
    "text": {"null": "null", "another organization": ORG_B, "another person": person("ben")},
    "boolean": {"null": "null", "true": "true", "false": "false"},
    "jsonb": {
        "null": "null",
        "an empty object": "{}",
        "the claims of another person": (
            f'{{"kind": "user", "org_id": "{ORG_B}", "user_id": "{person("ben")}"}}'
        ),
        "the claims of an administrator": '{"kind": "admin"}',
    },
}
"""What a helper may be made to return, whatever it is asked."""
_BODY: Final = re.compile(r"\n(?:AS \$\w*\$|BEGIN ATOMIC|RETURN ).*", re.DOTALL)
_LANGUAGE: Final = re.compile(r"LANGUAGE \w+", re.IGNORECASE)
_GUARD: Final = re.compile(
    r"^\s*(?:els)?if\b(?P<condition>.*?)\bthen\b", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


def helper_mutants(helpers: Sequence[Helper], role_prefix: str) -> Iterator[Mutant]:
    """Make the mutants of every helper: it returns a constant, or leaves a check out."""
    for helper in helpers:
        undo = (sql.SQL(helper.definition),)
        owner = helper.owner.removeprefix(f"{role_prefix}_")
        roles = tuple(role.removeprefix(f"{role_prefix}_") for role in helper.roles)
        for mistake, definition in (*_constants(helper), *_guards(helper)):
            yield Mutant(
                "function",
                f"function {helper.signature}",
                mistake,
                (sql.SQL(definition),),
                undo,
                owner,
                helper.tables,
                (helper.signature,),
                roles,
            )


def _constants(helper: Helper) -> Iterator[tuple[str, str]]:
    head = _LANGUAGE.sub("LANGUAGE sql", _BODY.sub("", helper.definition), count=1)
    for mistake, constant in _CONSTANTS.get(helper.result, {"null": "null"}).items():
        value = "null" if constant == "null" else sql.Literal(constant).as_string()
        yield f"returns {mistake}", f"{head}\nas $mutant$ select {value}::{helper.result} $mutant$"


def _guards(helper: Helper) -> Iterable[tuple[str, str]]:
    """Leave out each check of a PL/pgSQL body, one at a time."""
    if not helper.is_plpgsql:
        return
    for number, found in enumerate(_GUARD.finditer(helper.definition), start=1):
        begin, end = found.span("condition")
        yield (
            f"check {number} left out: {' '.join(found['condition'].split())}",
            f"{helper.definition[:begin]} false {helper.definition[end:]}",
        )
