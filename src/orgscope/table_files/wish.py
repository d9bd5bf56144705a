"""For which table files are asked, and whose its rows are to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from orgscope.project import Project

__all__ = ["Scope", "Wish"]

Scope: TypeAlias = Literal["organization", "user", "shared"]
"""Whose the rows are: the words of ``contract.toml``."""

_TABLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}[.][a-z_][a-z0-9_]{0,62}")
_COLUMN: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Wish:
    """A table, and whose its rows are to be."""

    table: str
    """Such as ``app.rooms``."""
    scope: Scope = "organization"
    organization: str = "org_id"
    person: str | None = None
    """The column with the person: whose the rows are, or within an organization who writes them."""
    deleted: str | None = None
    """The column that says when a row was deleted."""

    @property
    def schema(self) -> str:
        """The schema of the table."""
        return self.table.partition(".")[0]

    @property
    def name(self) -> str:
        """The name of the table in its schema."""
        return self.table.partition(".")[2]

    @property
    def owner_column(self) -> str | None:
        """The column that says whose a row is; None in scope ``shared``."""
        return {"organization": self.organization, "user": self.person}.get(self.scope)

    def problems(self, project: Project) -> Iterator[str]:
        """Yield what is wrong with the words: a name that is none, another's schema, and so on."""
        if not _TABLE.fullmatch(self.table):
            yield (
                f"{self.table!r} is no name of a table: expected lower-case words, such as "
                f"{project.schemas[0]}.rooms."
            )
        elif self.schema not in project.schemas:
            yield (
                f"{self.table} is not in a schema of {project.name} ({', '.join(project.schemas)})."
            )
        for column in filter(None, (self.organization, self.person, self.deleted)):
            if not _COLUMN.fullmatch(column):
                yield (
                    f"{column!r} is no name of a column: expected lower-case words joined by "
                    "underscores."
                )
        if self.scope == "user" and self.person is None:
            yield "rows of a person need the column with the person."
        if self.scope == "shared" and self.person is not None:
            yield "shared rows belong to nobody: leave the person out."
        if self.scope == "shared" and self.deleted is not None:
            yield "requests delete no shared rows: leave the column of deleted rows out."
