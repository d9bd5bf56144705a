"""One mistake, how it is made and undone, and where it can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

__all__ = ["Mutant", "Query"]

Query = sql.SQL | sql.Composed


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake. ``owner`` is the word for the role that can make it, and undo it.

    Only a superuser can where it is empty.
    """

    changes: Literal["table", "view", "function"]
    target: str
    mistake: str
    apply: tuple[Query, ...]
    undo: tuple[Query, ...]
    owner: str = "owner"
    tables: tuple[str, ...] = ()
    """Where it can show."""
    functions: tuple[str, ...] = ()
    """The signatures of the functions that it changes."""
    roles: tuple[str, ...] = ()
    """Whom it concerns: the words for the roles."""

    def __str__(self) -> str:
        return f"{self.target}: {self.mistake}"

    @property
    def sql(self) -> str:
        """The statements that make the mistake."""
        return "; ".join(one.as_string() for one in self.apply)
