"""The header of a revision's SQL file: what the statements cannot show.

``-- adopts: yes``
    where nothing of the project is deployed and its schemas exist, this revision and those before
    it do not run: they are compared with what stands there (``orgscope.deploy.adoption``).
``-- breaking: yes``
    code that does not know this revision must refuse to start.
``-- transaction: no``
    runs alone, outside a transaction, before anything later (``create index concurrently``);
    the statements must be idempotent.
``-- unforced: app.events`` and ``-- rows: 12``
    the tables under FORCEd row security whose rows the file reads, writes or validates, and how
    many of their rows it inserts, updates and deletes. ``-- rows: 0, 12`` allows for databases in
    which there is nothing to do, such as a new one.
``-- rows: 0`` alone
    its insert, update, delete and merge statements may touch no row. Without it a file that has
    such statements, and touches none, fails; but in a new deployment, which has no rows yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

from orgscope.deploy.statements import split
from orgscope.errors import FileFailed

__all__ = ["Header"]

_LINE: Final = re.compile(r"^-- ([a-z]+): (.+?)\s*$")
_NOTHING: Final = re.compile("(?!)")
_TABLE: Final = r"[a-z_][a-z0-9_]*[.][a-z_][a-z0-9_]*"
_FORMS: Final = {
    "adopts": re.compile("yes|no"),
    "breaking": re.compile("yes|no"),
    "transaction": re.compile("yes|no"),
    "unforced": re.compile(
        r"[a-z_][a-z0-9_]*[.][a-z_][a-z0-9_]*(, ?[a-z_][a-z0-9_]*[.][a-z_][a-z0-9_]*)*"
    ),
    "rows": re.compile("[0-9]{1,12}(, ?[0-9]{1,12})*"),
}


@dataclass(frozen=True, slots=True)
class Header:
    """What a revision's SQL file says of itself."""

    breaking: bool = False
    transactional: bool = True
    unforced: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    adopts: bool = False

    @classmethod
    def of(cls, path: Path) -> Header:
        """Read the header of a revision's SQL file.

        Raises FileFailed when the file is missing or has no statement, when a line is unknown or
        not of its form, or when lines contradict each other.
        """
        if not path.is_file():
            raise FileFailed(f"{path.name} is missing beside {path.stem}.py.")
        text = path.read_text("utf-8")
        if next(split(text), None) is None:
            raise FileFailed(f"{path.name} has no statement yet. Write it, or delete the pair.")
        leading = takewhile(lambda line: line.startswith("--"), text.splitlines())
        lines = [(found[1], found[2]) for line in leading if (found := _LINE.match(line))]
        values = dict(lines)
        wrong = [key for key, value in lines if not _FORMS.get(key, _NOTHING).fullmatch(value)]
        if wrong or len(values) != len(lines):
            raise FileFailed(
                f"{path.name}: expected at most one each of '-- adopts: yes|no', "
                "'-- breaking: yes|no', '-- transaction: yes|no', '-- unforced: schema.table, …' "
                "and '-- rows: N, …' in the header, and found "
                f"{', '.join(wrong) or 'one of them twice'}."
            )
        if ("unforced" in values) != ("rows" in values) and values.get("rows") != "0":
            raise FileFailed(
                f"{path.name}: '-- unforced:' and '-- rows:' go together; state how many rows the "
                "file inserts, updates and deletes (0 when it only validates). Alone, '-- rows: 0' "
                "allows for touching none."
            )
        if values.get("transaction") == "no" and "unforced" in values:
            raise FileFailed(
                f"{path.name}: '-- unforced:' needs a transaction, or FORCE could stay off. Make "
                "two revisions of it."
            )
        return cls(
            values.get("breaking") == "yes",
            values.get("transaction") != "no",
            tuple(name.strip() for name in values.get("unforced", "").split(",") if name),
            tuple(int(number) for number in values.get("rows", "").split(",") if number),
            values.get("adopts") == "yes",
        )
