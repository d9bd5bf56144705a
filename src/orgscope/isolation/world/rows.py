"""Make up one row of every table for each organization and person, from the catalogue alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue.tables import Column, TableInfo
from orgscope.isolation.contract.model import Table
from orgscope.isolation.world.compose import Values, identifier, insert_query
from orgscope.isolation.world.live import as_deleted
from orgscope.isolation.world.named import Named
from orgscope.isolation.world.ownership import belongs_to
from orgscope.isolation.world.parents import follow_parents
from orgscope.isolation.world.people import LOOKALIKES, NEAR, ORG_A, PAIRS
from orgscope.isolation.world.values import COMMON_TEXTS, candidates, combinations, sample_value

__all__ = ["RowMaker", "Unmade"]

_NO_PERSON: Final = ""
_TRY_OTHERS: Final = (
    psycopg.errors.CheckViolation,
    psycopg.errors.UniqueViolation,
    psycopg.DataError,
)
"""What another combination of values may not meet."""


@dataclass(frozen=True, slots=True)
class Unmade:
    """Why a row could not be made up."""

    reason: str


class RowMaker:
    """Makes rows as the owner in no-force mode, in the transaction of ``connection``."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        declared: Mapping[str, Table],
        named: Named,
    ) -> None:
        self._connection = connection
        self._declared = declared
        self._named = named
        self._numbers = count(1)
        self._read: dict[str, list[str]] = {}

    def wanted(self, table: TableInfo, declared: Table) -> list[tuple[str, str]]:
        """Return the (organization, person) pairs of which the table needs a row each."""
        if declared.scope in {"internal", "shared"}:
            return [(ORG_A, _NO_PERSON)]
        if declared.person_column is not None and declared.organization_column is not None:
            return list(PAIRS)
        if declared.organization_column is not None:
            return [(one, _NO_PERSON) for one in dict.fromkeys(org for org, _ in PAIRS)]
        return [(_NO_PERSON, person) for person in dict.fromkeys(p for _, p in PAIRS)]

    def fill(self, table: TableInfo, declared: Table) -> Unmade | None:
        """Make the rows that the table lacks; return why when one cannot be made."""
        for organization, person in self.wanted(table, declared):
            if self._exists(table, declared, organization, person):
                continue
            made = self.make(table, declared, organization, person, keep=True)
            if isinstance(made, Unmade):
                return made
        for organization, person, given in self.welcome(table, declared):
            made = self.make(table, declared, organization, person, keep=True, given=given)
            if isinstance(made, Unmade):
                other = self._another(organization, person)
                self.make(table, declared, *other, keep=True, given=given)
        for organization, person in self._near(table, declared):
            self.make(table, declared, organization, person, keep=True)
        return None

    def _another(self, organization: str, person: str) -> tuple[str, str]:
        """Return a pair that has no row yet, for tables that have one row for each."""
        number = next(self._numbers)
        return (organization, f"{person}{number}") if person else (f"{organization}{number}", "")

    def welcome(self, table: TableInfo, declared: Table) -> Iterator[tuple[str, str, Values]]:
        """Yield the pairs, and what is given, of which a row shows more, where one can be made.

        Those without a person, and what policies name: what favours them shows on no other.
        """
        for values in self._named.values(table, declared):
            for pair in self.wanted(table, declared):
                yield *pair, values
        for columns in self._named.pairs(table, declared):
            for pair in self.wanted(table, declared):
                if alike := self._alike(table, declared, pair, columns):
                    yield *pair, alike
        organization, person = PAIRS[0]
        column = table.column(declared.person_column or "")
        if declared.scope == "organization" and column is not None and not column.not_null:
            yield organization, _NO_PERSON, {}
        for name in (*LOOKALIKES, *self._named.ids):
            if declared.scope == "organization" and name.startswith("org_"):
                yield name, person if declared.person_column else _NO_PERSON, {}
            elif declared.scope == "user" and name.startswith("user_"):
                yield _NO_PERSON, name, {}
            elif declared.scope == "organization" and declared.person_column:
                yield organization, name, {}

    def _near(self, table: TableInfo, declared: Table) -> Iterator[tuple[str, str]]:
        """Yield pairs of organizations near A that may have a row as well, and be found in it.

        Somebody else's, where it says whose: what a function gives of Ada's own tells nothing.
        """
        if declared.organization_column is None or declared.scope not in {"organization", "mirror"}:
            return
        if declared.scope == "mirror" and declared.person_column is not None:
            return  # The mirror's memberships are who is a member.
        person = PAIRS[-1][1] if declared.person_column else _NO_PERSON
        for organization in NEAR:
            if not self._exists(table, declared, organization, person):
                yield organization, person

    def _alike(
        self, table: TableInfo, declared: Table, pair: tuple[str, str], columns: Sequence[Column]
    ) -> Values | None:
        """Return what gives two columns of a row the same value, None when none fits both."""
        made = self.make(table, declared, *pair, keep=False)
        if isinstance(made, Unmade):
            return None
        names = [column.name for column in columns]
        guessed = candidates(table, columns[0], next(self._numbers))
        for value in filter(None, (*map(made.get, reversed(names)), *guessed)):
            given = dict.fromkeys(set(names) - set(belongs_to(declared, *pair)), value)
            if not isinstance(self.make(table, declared, *pair, keep=False, given=given), Unmade):
                return given
        return None

    def delete_some(self, table: TableInfo, declared: Table) -> Unmade | None:
        """Make deleted rows beside each; return why when one cannot be made."""
        for dead in as_deleted(declared):
            for organization, person in self.wanted(table, declared):
                made = self.make(table, dead, organization, person, keep=True)
                if isinstance(made, Unmade):
                    return made
        return None

    def _exists(self, table: TableInfo, declared: Table, organization: str, person: str) -> bool:
        terms = [
            sql.SQL("{} is not distinct from {}").format(sql.Identifier(column), value)
            for column, value in belongs_to(declared, organization, person).items()
            if declared.scope not in {"internal", "shared"}
        ]
        query = sql.SQL("select exists (select from {} where {})")
        condition = sql.SQL(" and ").join(terms) if terms else sql.SQL("true")
        row = self._connection.execute(query.format(identifier(table), condition)).fetchone()
        return bool(row and row[0])

    def make(
        self,
        table: TableInfo,
        declared: Table,
        organization: str,
        person: str,
        *,
        keep: bool,
        given: Values = MappingProxyType({}),
    ) -> Values | Unmade:
        """Find values, beside those ``given``, with which a row can be inserted.

        It is inserted for good when ``keep``; else a row that meets a unique constraint counts as
        found, because row security is asked before the constraint.
        """
        number = next(self._numbers)
        fixed = {**self._fixed(table, declared, organization, person, number), **given}
        reason = follow_parents(self._connection, table, self._declared, fixed)
        if reason is not None:
            return Unmade(reason)
        required = [
            one
            for one in table.columns
            if one.not_null and not (one.has_default or one.generated or one.name in fixed)
        ]
        # The last ones vary first: those of which a check says what they may be.
        required.sort(key=table.is_checked)
        return self._combine(table, fixed, required, number, keep=keep)

    def _combine(
        self,
        table: TableInfo,
        fixed: Values,
        free: Sequence[Column],
        number: int,
        *,
        keep: bool,
    ) -> Values | Unmade:
        """Try the candidates of the free columns until a row can be inserted.

        Where a check asks for a column that may be null, that one is filled as well, once.
        """
        options: list[list[str | None]] = []
        for column in free:
            known = candidates(table, column, number) or self._readable(column)
            if not known:
                return Unmade(
                    f"no value is known for the type {column.type} of column {column.name}"
                )
            options.append([*known] if column.not_null else [None, *known])
        last = "no combination of values was tried"
        filled = set()
        for combination in combinations(options):
            values = {**fixed, **dict(zip((one.name for one in free), combination, strict=True))}
            error = self._try(table, values, keep=keep)
            if error is None or (not keep and isinstance(error, psycopg.errors.UniqueViolation)):
                return values
            last = _said(error)
            if not isinstance(error, _TRY_OTHERS):
                break
            more = table.checked_by(error.diag.constraint_name)
            more = [one for one in more if not one.generated and one.name not in values]
            if more and error.diag.constraint_name not in filled:
                filled.add(error.diag.constraint_name)
                made = self._combine(table, values, more, number, keep=keep)
                if not isinstance(made, Unmade):
                    return made
        return Unmade(last)

    def _readable(self, column: Column) -> list[str]:
        """Return the common texts that PostgreSQL reads with a type of which nothing is known."""
        if column.base_type not in self._read:
            query = sql.SQL("select {}::{}")
            self._read[column.base_type] = [
                text
                for text in COMMON_TEXTS
                if self._error(query.format(sql.Literal(text), sql.SQL(column.base_type))) is None
            ]
        return self._read[column.base_type]

    def _fixed(
        self, table: TableInfo, declared: Table, organization: str, person: str, number: int
    ) -> dict[str, str | None]:
        fixed: dict[str, str | None] = {
            name: sample_value(text, organization=organization, person=person, number=number)
            for name, text in declared.sample.items()
        }
        for name, value in belongs_to(declared, organization, person).items():
            column = table.column(name)
            if column is not None and not column.generated:
                fixed[name] = value
        return fixed

    def _try(self, table: TableInfo, values: Values, *, keep: bool) -> psycopg.Error | None:
        error = self._error(insert_query(table, values), sql.SQL("set constraints all immediate"))
        if error is None and not keep:
            self._connection.execute("rollback to savepoint made")
        return error

    def _error(self, *queries: sql.SQL | sql.Composed) -> psycopg.Error | None:
        """Run them, and take them back when one fails."""
        self._connection.execute("savepoint made")
        try:
            for query in queries:
                self._connection.execute(query)
        except psycopg.Error as error:
            self._connection.execute("rollback to savepoint made")
            return error
        return None


def _said(error: psycopg.Error) -> str:
    constraint = error.diag.constraint_name
    where = f"constraint {constraint}: " if constraint else ""
    return f"{where}{error.diag.message_primary or type(error).__name__} ({error.sqlstate})"
