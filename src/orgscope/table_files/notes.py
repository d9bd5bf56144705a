"""What was decided about a table, and what only a person can: each with the line to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.isolation.catalogue.assertions import keys_over_all_tenants
from orgscope.isolation.contract.model import Table
from orgscope.table_files.access import Access
from orgscope.table_files.found import Found
from orgscope.table_files.wish import Wish

__all__ = ["Note", "Place", "notes"]

_DELETED: Final = frozenset(
    {"deleted", "is_deleted", "deleted_at", "deleted_on", "archived_at", "removed_at"}
    | {"discarded_at", "is_archived", "archived"}
)
"""How a column is usually called with which rows are deleted, and are still there."""
_PEOPLE: Final = {"admin": "administrators", "auditor": "auditors"}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file that was written; without one, the file."""

    path: Path
    line: int | None = None

    @classmethod
    def of(cls, path: Path, start: str) -> Place:
        """Return the first line that begins with ``start``."""
        lines = path.read_text("utf-8").splitlines()
        found = (number for number, line in enumerate(lines, 1) if line.startswith(start))
        return cls(path, next(found, None))


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that may hold for several tables, and where it holds for this one."""

    text: str
    place: Place
    what: str = ""
    """What it is about, where the table alone does not say it."""
    is_open: bool = False
    """Whether somebody has to decide it yet."""


def notes(
    wish: Wish,
    found: Found,
    access: Access,
    declared: Table,
    *,
    policies: Path,
    contract: Path,
    revision: Path | None,
) -> Iterator[Note]:
    """Yield the decisions first, and then what is left to decide.

    ``declared`` is what the contract says of the table now.
    """
    yield from _decisions(wish, access, policies, contract)
    entry = Place.of(contract, f'[tables."{wish.table}"]')
    if revision is not None and found.table is None:
        yield Note(
            "the revision makes the table: add its columns there", Place(revision), is_open=True
        )
    if found.table is None:
        return
    owner = found.table.column(wish.owner_column) if wish.owner_column else None
    if owner is not None and revision is not None and not owner.not_null:
        yield Note(
            f"{owner.name} may be null: the revision says NOT NULL, and fails while a row has none",
            Place.of(revision, "-- It fails while"),
            is_open=True,
        )
    if owner is not None and found.collations[owner.name] not in {"C", "POSIX"} and found.holders:
        yield Note(
            f"{owner.name} is sorted by the rules of a language: each search takes longer, and its "
            "indexes have to be made anew when the system changes the rules. A revision that "
            f'changes it to collate "C" has to make anew what needs it',
            Place(policies),
            ", ".join(found.holders),
            is_open=True,
        )
    if keys := keys_over_all_tenants(found.table, declared, str(wish.owner_column)):
        yield Note(
            "a key over all tenants tells by its error that another one has the value, and the "
            f"isolation test fails. Put {wish.owner_column} into it by a revision, or write its "
            'name into the contract, such as global_keys = ["x_key"]',
            entry,
            ", ".join(keys),
            is_open=True,
        )
    names = [one.name for one in found.table.columns if one.name in _DELETED - {wish.deleted}]
    if names and wish.scope != "shared":
        yield Note(
            "rows are shown whatever such a column says. Where it means deleted, take the files "
            "away and write them with --deleted COLUMN, a timestamptz: a condition in the select "
            "policy alone lets nobody set it",
            Place.of(policies, "create policy select_"),
            ", ".join(names),
            is_open=True,
        )


def _decisions(wish: Wish, access: Access, policies: Path, contract: Path) -> Iterator[Note]:
    if wish.scope == "shared":
        text = "everybody with a context reads all rows, and only revisions write them"
        yield Note(text, Place.of(policies, "create policy select_"))
    elif wish.scope == "user":
        text = f"each person reaches the rows with their {wish.person}, in whatever organization"
        yield Note(text, Place.of(policies, "create policy select_"))
    else:
        verbs = [one for one in ("insert", "update", "delete") if one in access.reaches]
        said = f"{', '.join(verbs[:-1])} and {verbs[-1]}"
        rows = "the organization's rows"
        if wish.person:
            rows = f"rows with their {wish.person}, and read those of the organization"
        yield Note(f"members {said} {rows}", Place.of(policies, f"create policy {verbs[1]}_"))
    sent = Place.of(policies, "grant insert")
    if access.keys:
        yield Note(
            f"requests do not send {', '.join(access.keys)}: by the error they would learn which "
            "values others have",
            sent,
        )
    if access.times:
        yield Note(f"requests do not send {', '.join(access.times)}: the database does", sent)
    if wish.deleted:
        yield Note(
            f"requests delete by `set {wish.deleted} = now()`, and by no other time; nobody of "
            "them reaches the row afterwards",
            Place.of(policies, "create policy update_"),
        )
    readers = [_PEOPLE[one] for one in access.readers if one in _PEOPLE]
    if readers:
        yield Note(
            f"{' and '.join(readers)} read all rows, after giving a reason",
            Place.of(policies, f"create policy select_{access.readers[0]}"),
        )
    else:
        entry = Place.of(contract, f'[tables."{wish.table}"]')
        yield Note("administrators and auditors do not read it", entry)
