"""The lints as files: ``sql/lints/NNNN_name.sql``, and the fragments that they read.

All that is known of a lint stands in the header of its file; ``CONTRIBUTING.md`` explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
from pathlib import Path
from typing import Final, Self

from orgscope.errors import ConfigurationError, FileFailed
from orgscope.project import core

__all__ = [
    "GIVEN",
    "Category",
    "Fragment",
    "Level",
    "Lint",
    "all_lints",
    "choose",
    "fragments",
    "query",
    "with_clause",
]

GIVEN: Final = "given"
"""The fragment that is no file: what a run was told, as ``(schemas, roles, role_prefix)``."""

_GIVEN: Final = (
    "select %(schemas)s::text[] as schemas, %(roles)s::text[] as roles, "
    "%(role_prefix)s::text as role_prefix"
)
_NAME: Final = re.compile(r"(?P<number>[0-9]{4})_(?P<name>[a-z][a-z0-9_]*)")
_KEY: Final = re.compile(r"-- (?P<key>[A-Za-z]+(?: as)?): (?P<value>.+)")


class Level(StrEnum):
    """How bad it is, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def is_at_least(self, other: Level) -> bool:
        """Say whether this is as bad as ``other``, or worse."""
        levels = list(Level)
        return levels.index(self) <= levels.index(other)


class Category(StrEnum):
    """What suffers."""

    SECURITY = "security"
    PERFORMANCE = "performance"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One file of ``sql/lints/shared``: a select that others read as if it were a table."""

    name: str
    uses: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Lint:
    """One file of ``sql/lints``."""

    number: str
    name: str
    title: str
    level: Level
    category: Category
    uses: tuple[str, ...] = ()
    text: str = ""

    @property
    def stem(self) -> str:
        """The name of its files, without their endings."""
        return f"{self.number}_{self.name}"

    @property
    def documentation(self) -> str:
        """The page about it, as Markdown. Raises FileFailed when it is missing."""
        path = core().root / "docs" / "reference" / "lints" / f"{self.stem}.md"
        try:
            return path.read_text("utf-8")
        except FileNotFoundError:
            raise FileFailed(f"docs/reference/lints/{path.name} does not exist.") from None

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read one file.

        Raises FileFailed when its name is not NNNN_name.sql, or its header lacks something.
        """
        named = _NAME.fullmatch(path.stem)
        if named is None:
            raise FileFailed(f"{path.name}: expected a name such as 0001_rls_disabled.sql.")
        text = path.read_text("utf-8")
        header = _header(text)
        try:
            return cls(
                named["number"],
                named["name"],
                header[""],
                Level(header["Level"]),
                Category(header["Category"]),
                _uses(header),
                text,
            )
        except (KeyError, ValueError) as error:
            raise FileFailed(
                f"{path.name}: its header lacks something, or is wrong: {error}. Expected a "
                f"sentence, '-- Level: {'|'.join(Level)}' and '-- Category: {'|'.join(Category)}'."
            ) from None


@cache
def all_lints() -> tuple[Lint, ...]:
    """Return every lint, by number. Raises FileFailed for a file that is none."""
    return tuple(Lint.of(path) for path in sorted((core().sql / "lints").glob("*.sql")))


def choose(numbers: Iterable[str]) -> tuple[Lint, ...]:
    """Return the lints with these numbers, all when there is none.

    Raises ConfigurationError for a number that no lint has.
    """
    wanted = set(numbers)
    if unknown := sorted(wanted - {one.number for one in all_lints()}):
        raise ConfigurationError(
            f"there is no lint {', '.join(unknown)}: docs/reference/lints/README.md lists all of "
            "them, each with four digits, such as 0001."
        )
    return tuple(one for one in all_lints() if not wanted or one.number in wanted)


def query(lints: Sequence[Lint]) -> str:
    """Return one statement that runs lints and computes what they share once.

    Its rows are (number of the lint, row of the lint as JSON), in order. Its parameters are
    ``schemas``, ``roles`` and ``role_prefix``. Raises as `with_clause` does.
    """
    texts = ", ".join(f"lint_{one.number} as (\n{_escaped(one.text)}\n)" for one in lints)
    rows = "\nunion all\n".join(
        f"select '{one.number}' as number, l.identity, to_jsonb(l) as finding "
        f"from lint_{one.number} as l"
        for one in lints
    )
    return (
        f"{with_clause(lints)}, {texts}\n"
        f"select l.number, l.finding from (\n{rows}\n) as l order by l.number, l.identity"
    )


def with_clause(lints: Iterable[Lint]) -> str:
    """Return the fragments that lints need, each once, and behind those that it uses itself.

    Raises FileFailed when a fragment is used that is not there, or some use each other in a circle.
    """
    known = fragments()
    needed: dict[str, tuple[str, ...]] = {GIVEN: ()}
    queue = [(f"{one.stem}.sql", name) for one in lints for name in one.uses]
    while queue:
        user, name = queue.pop()
        if name in needed:
            continue
        if name not in known:
            raise FileFailed(f"{user}: there is no sql/lints/shared/{name}.sql.")
        needed[name] = known[name].uses
        queue += [(f"shared/{name}.sql", used) for used in needed[name]]
    try:
        order = list(TopologicalSorter(needed).static_order())
    except CycleError as error:
        raise FileFailed(f"the '-- uses:' headers form a circle: {error.args[1]}") from None
    texts = [
        f"{name} as materialized (\n{_GIVEN if name == GIVEN else _escaped(known[name].text)}\n)"
        for name in order
    ]
    return f"with {', '.join(texts)}"


@cache
def fragments() -> Mapping[str, Fragment]:
    """Return every fragment, by name."""
    found = {}
    for path in sorted((core().sql / "lints" / "shared").glob("*.sql")):
        text = path.read_text("utf-8")
        found[path.stem] = Fragment(path.stem, _uses(_header(text)), text)
    return found


def _escaped(text: str) -> str:
    """Return SQL that psycopg reads as it stands: its per cent signs are no parameters."""
    return text.replace("%", "%%")


def _header(text: str) -> dict[str, str]:
    """Return the header by its keys, each value on one line; the sentence's key is empty."""
    header = {"": ""}
    key = ""
    for line in takewhile(lambda line: line.startswith("--"), text.splitlines()):
        found = _KEY.fullmatch(line)
        key, value = (found["key"], found["value"]) if found else (key, line[2:].strip())
        header[key] = f"{header.get(key, '')} {value}".strip()
    return header


def _uses(header: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in header.get("uses", "").split(",") if name.strip())
