"""The row in question, or all of them, as the administrator sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import psycopg
from psycopg import sql

from orgscope.errors import ConfigurationError

__all__ = ["Count", "Rows"]

_EVERY_ROW: Final = "true"


@dataclass(frozen=True, slots=True)
class Count:
    """For how many rows a condition holds, and for how many it is false."""

    holds: int
    fails: int
    total: int

    def __str__(self) -> str:
        return f"true for {self.holds:,} of {self.total:,} rows"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, in the transaction of a connection."""

    connection: psycopg.Connection[Any]
    name: tuple[str, str]
    """Schema and name of the table."""
    values: Mapping[str, str]
    """Columns and their values as text; empty for all rows."""

    @property
    def table(self) -> str:
        """The name of the table as messages show it."""
        return ".".join(self.name)

    def find(self) -> int:
        """Return how many rows there are.

        Raises ConfigurationError when the administrator may not read them, and when ``values`` are
        given and do not find exactly one.
        """
        total = self._counted([_EVERY_ROW])[0].total
        if self.values and total != 1:
            more = "Give every column of the primary key." if total else "Is it hidden from them?"
            raise ConfigurationError(
                f"{total} rows of {self.table} have these values, as the administrator sees them: "
                f"expected exactly one. {more}"
            )
        return total

    def count(self, conditions: Iterable[str]) -> Mapping[str, Count | str]:
        """Count for each condition; where it raises, say with which SQLSTATE."""
        texts = list(dict.fromkeys(conditions))
        try:
            return dict(zip(texts, self._counted(texts), strict=True))
        except psycopg.Error as error:
            if len(texts) == 1:
                return {texts[0]: f"it raises SQLSTATE {error.sqlstate}"}
            return {text: found for one in texts for text, found in self.count([one]).items()}

    def _counted(self, conditions: list[str]) -> list[Count]:
        columns = [sql.SQL("count(*)")]
        for condition in conditions:  # expressions of the catalogue, with our literals in them
            text = cast("Any", condition)
            columns.append(sql.SQL(f"count(*) filter (where {text})"))
            columns.append(sql.SQL(f"count(*) filter (where ({text}) is false)"))
        terms = [
            sql.SQL("{}::text = {}").format(sql.Identifier(name), value)
            for name, value in self.values.items()
        ]
        query = sql.SQL("select {} from {} where {}").format(
            sql.SQL(", ").join(columns),
            sql.Identifier(*self.name),
            sql.SQL(" and ").join([*terms, sql.SQL(_EVERY_ROW)]),
        )
        try:
            with self.connection.transaction():
                [row] = self.connection.execute(query).fetchall()
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigurationError(
                f"the administrator may not read {self.table}, or what its policies read. Grant it "
                'select there, with a policy, and say `admin = ["select"]` in the contract.'
            ) from error
        except psycopg.errors.UndefinedColumn as error:
            raise ConfigurationError(f"{error.diag.message_primary} in {self.table}.") from error
        return [
            Count(holds, fails, row[0]) for holds, fails in zip(row[1::2], row[2::2], strict=True)
        ]
