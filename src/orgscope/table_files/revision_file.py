"""The statements of the revision: the whole table, or what it lacks and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from orgscope.isolation.catalogue.tables import Constraint, TableInfo
from orgscope.table_files.foreign_keys import ForeignKey, Owners, composed
from orgscope.table_files.found import Found
from orgscope.table_files.wish import Wish

__all__ = ["Revision", "missing", "new_table"]

_MOST_BYTES: Final = 63


@dataclass
class Revision:
    """What a revision does."""

    name: str
    statements: list[str] = field(default_factory=list)
    """Statements with their comments, in order."""
    unforced: list[str] = field(default_factory=list)
    """The tables under forced row security whose rows a new foreign key is compared with."""

    @property
    def header(self) -> str:
        """The lines below the sentence, see ``orgscope.deploy.header``."""
        if not self.unforced:
            return ""
        return f"-- unforced: {', '.join(self.unforced)}\n-- rows: 0\n"


def new_table(wish: Wish, found: Found) -> Revision:
    """Return the revision that creates the table."""
    keys = list(dict.fromkeys(filter(None, (wish.owner_column, "id"))))
    texts = [one for one in dict.fromkeys((wish.owner_column, wish.person)) if one]
    columns = [f'{texts[0]} text collate "C" not null'] if wish.owner_column else []
    columns.append("id uuid not null default pg_catalog.gen_random_uuid()")
    columns += [f'{name} text collate "C" not null' for name in texts if name != wish.owner_column]
    columns += [
        "created_at timestamptz not null default pg_catalog.now()",
        *([f"{wish.deleted} timestamptz"] if wish.deleted else []),
        f"constraint {wish.name}_pkey primary key ({', '.join(keys)})",
    ]
    body = ",\n".join(f"  {line}" for line in columns)
    said = {
        wish.organization if wish.scope == "organization" else None: "The WorkOS organization.",
        "id": "Which row it is.",
        wish.person: "The WorkOS user.",
        "created_at": "When the row was made.",
        wish.deleted: "When the row was deleted; null while it lives.",
    }
    comments = [
        f"comment on column {wish.table}.{name} is '{text}';" for name, text in said.items() if name
    ]
    whose = {"organization": "organization", "user": "person"}.get(wish.scope)
    belongs = f"Each row belongs to one {whose}." if whose else "The same rows for everybody."
    return Revision(
        f"add_{wish.name}",
        [
            f"create table {wish.table} (\n{body}\n);\n"
            f"comment on table {wish.table} is '{belongs}';\n" + "\n".join(comments)
        ],
    )


def missing(wish: Wish, found: Found, table: TableInfo, owners: Owners) -> Revision | None:
    """Return the revision with what ``table``, which is there, lacks; None when that is nothing.

    Raises ConfigurationError for a foreign key of which `wrong_keys` says something.
    """
    work = _Missing(wish, found, table, owners)
    work.run()
    return work.revision if work.revision.statements else None


class _Missing:
    """Collects the statements."""

    def __init__(self, wish: Wish, found: Found, table: TableInfo, owners: Owners) -> None:
        self._wish, self._found, self._table, self._owners = wish, found, table, owners
        self._taken = set(found.taken)
        self._indexes = list(found.indexes)
        self._keys = {
            (one.name, key.columns)
            for one in found.tables.values()
            for key in one.constraints
            if key.kind in {"p", "u"}
        }
        self.revision = Revision(f"complete_{wish.name}")

    def run(self) -> None:
        owner = self._wish.owner_column
        if owner:
            self._collate(owner)
            self._require_owner(owner)
            if self._table.key and owner != self._table.key[0]:
                rest = tuple(name for name in self._table.key if name != owner)
                self._unique(self._table, (owner, *rest))
        keys = [self._compose(key) for key in self._table.foreign_keys]
        if owner and not any(columns[:1] == (owner,) for columns in self._indexes):
            self._index((owner,))
        for columns in keys:
            if not self._is_indexed(columns):
                self._index(columns)

    def _collate(self, owner: str) -> None:
        """Let ids compare byte by byte, unless PostgreSQL or a foreign key stands against it."""
        if self._found.collations[owner] in {"C", "POSIX"} or self._found.holders:
            return
        column = self._table.column(owner)
        self._add(
            "-- Makes the indexes with this column anew, while reads and writes wait.\n"
            "-- squawk-ignore changing-column-type\n"
            f"alter table {self._name(self._table)} alter column {self._found.quoted(owner)} "
            f'type {column.type if column else "text"} collate "C";'
        )

    def _require_owner(self, owner: str) -> None:
        column = self._table.column(owner)
        if column is None or column.not_null:
            return
        whose = "an organization" if self._wish.scope == "organization" else "a person"
        self._add(
            f"-- It fails while a row is without {whose}: say here first whose such rows are, or\n"
            "-- delete them. They are not guessed.\n"
            "-- squawk-ignore adding-not-nullable-field\n"
            f"alter table {self._name(self._table)} "
            f"alter column {self._found.quoted(owner)} set not null;"
        )

    def _unique(self, table: TableInfo, columns: tuple[str, ...]) -> None:
        """Add a unique key with these columns, unless there is one."""
        if (table.name, columns) in self._keys:
            return
        self._keys.add((table.name, columns))
        if table is self._table:
            self._indexes.append(columns)
        self._add(
            "-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid\n"
            f"alter table {self._name(table)} add constraint "
            f"{self._new_name(table, columns, 'key')} unique ({self._list(columns)});"
        )

    def _compose(self, key: Constraint) -> tuple[str, ...]:
        """Put the owner into a foreign key that lacks it; return the columns that it has then."""
        made = composed(self._wish, self._found, self._table, key, self._owners)
        if made is None:
            return key.columns
        if made.tail is not None:
            self._reference(self._found.tables[str(key.parent)], made, made.tail)
        self._add(
            "-- squawk-ignore ban-drop-constraint\n"
            f"alter table {self._name(self._table)} "
            f"drop constraint {self._found.quoted(key.name)};"
        )
        return made.columns

    def _reference(self, parent: TableInfo, key: ForeignKey, tail: str) -> None:
        self._unique(parent, key.parent_columns)
        name = self._new_name(self._table, key.columns, "fkey")
        table = self._name(self._table)
        text = (
            f"alter table {table} add constraint {name}\n"
            f"foreign key ({self._list(key.columns)})\n"
            f"references {self._name(parent)} ({self._list(key.parent_columns)}){tail}"
        )
        if self._table.partitioned or parent.partitioned:
            self._add(f"{text};")
        else:
            self._add(f"{text} not valid;")
            self._add(
                "-- Writes wait for this scan: of a large table, validate in the next deployment.\n"
                "-- squawk-ignore constraint-missing-not-valid\n"
                f"alter table {table} validate constraint {name};"
            )
        for one in (self._table, parent):
            if one.forced and one.name not in self.revision.unforced:
                self.revision.unforced.append(one.name)

    def _is_indexed(self, columns: tuple[str, ...]) -> bool:
        """Say whether an index leads to the rows that point at one parent."""
        owner = self._wish.owner_column
        own = {name for name in columns if name != owner} or {*columns}
        rest = (
            index[1:] if index[:1] == (owner,) and owner not in own else index
            for index in self._indexes
        )
        return any(not own.isdisjoint(columns[:1]) for columns in rest)

    def _index(self, columns: tuple[str, ...]) -> None:
        self._indexes.append(columns)
        name = self._new_name(self._table, columns, "idx")
        self._add(
            "-- squawk-ignore require-concurrent-index-creation\n"
            f"create index {name} on {self._name(self._table)} ({self._list(columns)});"
        )

    def _add(self, statement: str) -> None:
        self.revision.statements.append(statement)

    def _name(self, table: TableInfo) -> str:
        return ".".join(map(self._found.quoted, table.name.split(".", 1)))

    def _list(self, columns: tuple[str, ...]) -> str:
        return ", ".join(map(self._found.quoted, columns))

    def _new_name(self, table: TableInfo, columns: tuple[str, ...], kind: str) -> str:
        """Return ``<table>_<columns>_<kind>``, cut to what PostgreSQL keeps, that nothing has."""
        start = "_".join((table.name.partition(".")[2], *columns))
        for ending in (kind, *(f"{kind}{number}" for number in range(2, 100))):
            name = f"{start[: _MOST_BYTES - len(ending) - 1]}_{ending}"
            if name not in self._taken:
                break
        self._taken.add(name)
        return self._found.quoted(name)
