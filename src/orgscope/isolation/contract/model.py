"""``policies/contract.toml``: per table, which rows are whose, and who may do what with them.

``docs/reference/contract.md`` explains the file to the people who write it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from orgscope.settings import LOGINS

__all__ = [
    "ACTIVE_MEMBERSHIP",
    "COMMANDS",
    "MEMBERSHIP",
    "ROLES",
    "Budget",
    "Command",
    "Contract",
    "Functions",
    "Grant",
    "Name",
    "Reach",
    "Relation",
    "Strict",
    "Table",
    "View",
]

MEMBERSHIP: Final = "membership"
ACTIVE_MEMBERSHIP: Final = "active membership"
_THROUGH: Final = (MEMBERSHIP, ACTIVE_MEMBERSHIP)

Command = Literal["select", "insert", "update", "delete", "truncate"]
Scope = Literal["organization", "user", "mirror", "shared", "internal"]
Reach = Literal["own", "organization", "own or organization", "all"]

COMMANDS: Final[tuple[Command, ...]] = get_args(Command)
ROLES: Final = ("user", *LOGINS, "definer", "sealer")
"""The words for the roles, but for that of the tables' owner."""
_REACHES: Final[dict[Scope, tuple[Reach, ...]]] = {
    "organization": ("own", "organization"),
    "user": ("own",),
    "mirror": ("own", "organization", "own or organization"),
    "shared": ("all",),
    "internal": (),
}


class Strict(BaseModel):
    """What a contract may say, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Grant(Strict):
    """One command: on which rows and columns, and what else it takes."""

    rows: Reach = "all"
    columns: tuple[str, ...] | None = None
    role: str | None = None
    """The role that a member must have, None for any."""
    permission: str | None = None
    """The permission that a member must have, None for none."""


def _spelled_out(value: Any) -> Any:
    """Turn ``["select"]`` into ``{select = {}}`` and ``select = "own"`` into ``{rows = "own"}``."""
    if isinstance(value, list):
        return {command: {} for command in value}
    if isinstance(value, dict):
        return {
            command: {"rows": grant} if isinstance(grant, str) else grant
            for command, grant in value.items()
        }
    return value


Grants = Annotated[dict[Command, Grant], BeforeValidator(_spelled_out)]


class Relation(Strict):
    """What tables and views have in common: whose the rows are, and who may do what."""

    scope: Scope
    organization: str | None = None
    person: str | None = None
    user: Grants = Field(default_factory=dict)
    migrator: Grants = Field(default_factory=dict)
    api: Grants = Field(default_factory=dict)
    sync: Grants = Field(default_factory=dict)
    keys: Grants = Field(default_factory=dict)
    job: Grants = Field(default_factory=dict)
    admin: Grants = Field(default_factory=dict)
    auditor: Grants = Field(default_factory=dict)
    monitor: Grants = Field(default_factory=dict)
    backup: Grants = Field(default_factory=dict)
    definer: Grants = Field(default_factory=dict)
    sealer: Grants = Field(default_factory=dict)
    owner: Grants = Field(default_factory=dict)
    logins: Grants = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        reaches = _REACHES[self.scope]
        for command, grant in self.user.items():
            if grant.rows not in reaches:
                allowed = " or ".join(f'"{reach}"' for reach in reaches) or "nothing at all"
                raise ValueError(
                    f'user.{command}: in scope "{self.scope}" a request may reach {allowed}, '
                    f'and not "{grant.rows}"'
                )
            if "own" in grant.rows and self.person is None:
                raise ValueError(f'user.{command} says "own", so `person` must name a column')
            if "organization" in grant.rows and self.organization is None:
                raise ValueError(
                    f'user.{command} says "organization", so `organization` must name a column'
                )
        for role in (*ROLES[1:], "owner", "logins"):
            for command, grant in getattr(self, role).items():
                if grant.rows != "all":
                    raise ValueError(f"{role}.{command}: only `user` is limited to some rows")
                if grant.role or grant.permission:
                    raise ValueError(f"{role}.{command}: only `user` has a role or a permission")
        if self.scope == "organization" and self.organization in (None, *_THROUGH):
            raise ValueError('scope "organization" needs `organization`, the tenant column')
        if self.scope == "user" and self.person is None:
            raise ValueError('scope "user" needs `person`, the column with the user id')
        if self.scope != "mirror" and {self.organization, self.person} & set(_THROUGH):
            raise ValueError('only scope "mirror" is reached through a membership')
        return self

    def grants(self, role: str, *, with_reason: bool = True) -> Mapping[Command, Grant]:
        """Return what a role may do.

        An administrator or auditor who gave no reason has what every login has.
        """
        shared = self.logins if role in LOGINS else {}
        if role in {"admin", "auditor"} and not with_reason:
            return shared
        own: Mapping[Command, Grant] = getattr(self, role, {})
        return {**shared, **own}

    @property
    def forced(self) -> bool:
        """True when row security must also bind the owner."""
        return False

    @property
    def organization_column(self) -> str | None:
        """The column with the organization, None when a row has none or by membership only."""
        return None if self.organization in _THROUGH else self.organization

    @property
    def person_column(self) -> str | None:
        """The column with the person, None when a row has none or by membership only."""
        return None if self.person in _THROUGH else self.person


class Table(Relation):
    """What one ``[tables."schema.name"]`` says."""

    row_security: bool = True
    deleted: str | None = None
    """The column with which a row is deleted: with a value in it, the row is nobody's."""
    sample: dict[str, str] = Field(default_factory=dict)
    global_keys: tuple[str, ...] = ()
    """The unique constraints that hold over all tenants on purpose."""

    @model_validator(mode="after")
    def _is_reached_by_its_owner_only_without_row_security(self) -> Self:
        if not self.row_security and any(
            getattr(self, role) for role in ("user", "logins", *LOGINS)
        ):
            raise ValueError("row_security = false is for a table that only its owner reaches")
        return self

    @model_validator(mode="after")
    def _has_rows_of_somebody_to_delete(self) -> Self:
        if self.deleted is not None and self.scope not in {"organization", "user"}:
            raise ValueError('`deleted` is for scope "organization" and "user"')
        return self

    @property
    def forced(self) -> bool:
        """True when row security must also bind the table's owner."""
        return self.row_security and not self.owner


class View(Relation):
    """What one ``[views."schema.name"]`` says; also of a materialized view or a foreign table."""

    reads_as: Literal["reader", "owner"] = "reader"
    """As whom its tables are read when a request reads it."""

    @model_validator(mode="after")
    def _is_only_read(self) -> Self:
        if self.scope == "mirror":
            raise ValueError('scope "mirror" is for tables')
        for role in (*ROLES, "owner", "logins"):
            for command, grant in getattr(self, role).items():
                if command != "select" or grant.columns is not None:
                    raise ValueError(f"{role}: a view is read as a whole; write to its tables")
        return self


Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*[.].+$")]
"""Schema and object as the catalogue has them, without quotes."""


def _role(word: str) -> str:
    if word not in (known := (*ROLES, "owner")):
        raise ValueError(f"a role is one of {', '.join(known)}")
    return word


class Functions(Strict):
    """What one ``[[functions]]`` says: the roles may execute all of them, with all overloads."""

    roles: tuple[Annotated[str, AfterValidator(_role)], ...]
    names: tuple[Name, ...]
    sample: dict[str, str] = Field(default_factory=dict)
    """Parameter -> the value with which they are called; one without a name is ``$1`` and so on."""


class Budget(Strict):
    """What one ``[[budgets]]`` says: a query that must lose nothing under the policies."""

    query: str
    ratio: float | None = Field(default=None, ge=1)
    """How many times as much it may cost as without them, None for any."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The contracts of core and of a project, together."""

    schemas: tuple[str, ...]
    tables: Mapping[str, Table]
    views: Mapping[str, View] = field(default_factory=dict)
    functions: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Role -> the functions that it may execute, each with all its overloads."""
    budgets: Sequence[Budget] = ()
    samples: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Function -> the parameters that it is called with, and their values."""
