"""For which table files are asked, and whose its rows are to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from orgscope.errors import ConfigurationError
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

    def check(self, project: Project) -> None:
        """Raise ConfigurationError for a name that is none, and for another's schema."""
        if not _TABLE.fullmatch(self.table):
            raise ConfigurationError(
                f"{self.table!r} is no name of a table: expected lower-case words, such as "
                f"{project.schemas[0]}.rooms."
            )
        if self.schema not in project.schemas:
            raise ConfigurationError(
                f"{self.table} is not in a schema of {project.name} ({', '.join(project.schemas)})."
            )
        for column in (self.organization, self.person):
            if column is not None and not _COLUMN.fullmatch(column):
                raise ConfigurationError(
                    f"{column!r} is no name of a column: expected lower-case words joined by "
                    "underscores."
                )
        if self.scope == "user" and self.person is None:
            raise ConfigurationError("rows of a person need the column with the person.")
        if self.scope == "shared" and self.person is not None:
            raise ConfigurationError("shared rows belong to nobody: leave the person out.")
