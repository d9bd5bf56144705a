"""Compare the catalogue with the contract: ownership, FORCE and every single grant.

The matrix shows what its actors reach. A grant to somebody who is not among them, or to one more
column, is found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, get_args

from orgscope.isolation.catalogue.functions import assert_functions
from orgscope.isolation.catalogue.policies import assert_policies
from orgscope.isolation.catalogue.read import Catalogue
from orgscope.isolation.catalogue.tables import SILENT_READERS, Constraint, Privilege, TableInfo
from orgscope.isolation.catalogue.views import assert_views
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import COMMANDS, ROLES, Command, Contract, Grant, Table

__all__ = ["assert_catalogue", "assert_tables", "faulty_columns", "keys_over_all_tenants"]

_COMMANDS: Final = {command.upper(): command for command in get_args(Command)}


def assert_catalogue(
    contract: Contract, catalogue: Catalogue, role_prefix: str
) -> tuple[list[Finding], int]:
    """Return what differs, and how many facts were compared."""
    parts = (
        assert_tables(contract, catalogue.tables, role_prefix),
        assert_views(contract, catalogue.views, role_prefix),
        assert_functions(contract, catalogue.functions, role_prefix),
    )
    findings = [one for found, _ in parts for one in found]
    findings += assert_policies(contract, catalogue.policies, catalogue.tables, role_prefix)
    return findings, len(catalogue.policies) + sum(count for _, count in parts)


def assert_tables(
    contract: Contract, tables: Iterable[TableInfo], role_prefix: str
) -> tuple[list[Finding], int]:
    """Return how tables differ from the contract, and how many facts were compared."""
    findings: list[Finding] = []
    asserted = 0
    found = {table.name: table for table in tables}
    for name in sorted(contract.tables.keys() - found.keys()):
        findings.append(Finding(name, "is in the contract and not in the database"))
    for name, table in sorted(found.items()):
        asserted += 1
        if table.partition or table.is_head:
            asserted += 2 + table.partition
            findings += _assert_closed(table, role_prefix)
            continue
        declared = contract.tables.get(name)
        if declared is None:
            findings.append(
                Finding(name, "is not in any contract: nobody said who may do what with it")
            )
            continue
        if wrong := faulty_columns(table, declared):
            findings += [Finding(name, problem) for problem in wrong]
            continue
        asserted += 4 + len(ROLES) * (len(COMMANDS) + 1)
        findings += _assert_silence(table)
        findings += _assert_tenant(table, declared, contract)
        findings += _assert_row_security(table, declared, role_prefix)
        findings += _assert_privileges(table, declared, role_prefix)
    return findings, asserted


def faulty_columns(table: TableInfo, declared: Table) -> list[str]:
    """Return what is wrong with the columns that the contract names; such a table is not tried."""
    known = {column.name for column in table.columns}
    named = {declared.organization_column, declared.person_column, declared.deleted}
    named = {*named, *declared.sample} - {None}
    for role in ROLES:
        for grant in declared.grants(role).values():
            named |= set(grant.columns or ())
    problems = [
        f"has no column {name}, which its contract names"
        for name in sorted(map(str, named - known))
    ]
    select = declared.user.get("select")
    if (
        select is not None
        and select.columns is not None
        and not set(table.key) <= {*select.columns}
    ):
        problems.append(
            "its contract does not let `user` select the primary key, by which rows are told apart"
        )
    return problems


def _assert_silence(table: TableInfo) -> Iterator[Finding]:
    for policy, function in table.raising:
        yield Finding(
            table.name,
            f"policy {policy} reads {function}, which may raise: an error would tell that another "
            f"tenant has such a row. Read one of {', '.join(SILENT_READERS)}",
            is_leak=True,
        )


def _assert_tenant(table: TableInfo, declared: Table, contract: Contract) -> Iterator[Finding]:
    """A row belongs to somebody, and points at rows of the same one."""
    if declared.scope not in {"organization", "user"}:
        return
    whose = declared.organization if declared.scope == "organization" else declared.person
    column = table.column(str(whose))
    if column is not None and not column.not_null:
        problem = f"column {whose} may be null, and nobody said whose such a row is"
        yield Finding(table.name, problem, is_leak=True)
    yield from _assert_unique(table, declared, str(whose))
    for key in table.foreign_keys:
        parent = contract.tables.get(str(key.parent))
        if parent is None or parent.scope not in {"organization", "user"}:
            continue
        ours, theirs = declared.organization, parent.organization
        if parent.scope == "user":
            ours, theirs = declared.person, parent.person
        if (str(ours), str(theirs)) not in zip(key.columns, key.parent_columns, strict=True):
            problem = (
                f"constraint {key.name} lets a row point at another tenant's row of {key.parent}: "
                f"put {theirs} into it"
            )
            yield Finding(table.name, problem, is_leak=True)


def _assert_unique(table: TableInfo, declared: Table, whose: str) -> Iterator[Finding]:
    """A key over all tenants tells by its error that another one has the value.

    Only of a value that a request may choose.
    """
    for name in keys_over_all_tenants(table, declared, whose):
        problem = (
            f"{name} is unique over all tenants, so its error tells that another one has the "
            f"value: put {whose} into it, or say that it is one of global_keys"
        )
        yield Finding(table.name, problem, is_leak=True)
    for name in sorted(set(declared.global_keys) - {one.name for one in _keys(table)}):
        yield Finding(table.name, f"has no unique constraint {name}, which its contract names")


def keys_over_all_tenants(table: TableInfo, declared: Table, whose: str) -> list[str]:
    """Return the keys without the column ``whose`` of which a request may choose a value.

    Those that the contract declares as global are not among them.
    """
    return [
        key.name
        for key in _keys(table)
        if whose not in key.columns
        and key.name not in declared.global_keys
        and any(_sets(table, declared, column) for column in key.columns or ("",))
    ]


def _keys(table: TableInfo) -> list[Constraint]:
    return [one for one in table.constraints if one.kind in {"p", "u", "x"}]


def _sets(table: TableInfo, declared: Table, name: str) -> bool:
    """Say whether a request may choose the value of a column; of an expression without a name.

    What is generated follows from other columns.
    """
    grants = [grant for command, grant in declared.user.items() if command in {"insert", "update"}]
    column = table.column(name)
    if column is None or column.generated:
        return bool(grants)
    return any(one.columns is None or name in one.columns for one in grants)


def _assert_closed(table: TableInfo, role_prefix: str) -> Iterator[Finding]:
    """A partition is reached through its parent, whose policies it would skip; a head by nobody."""
    what = "a partition" if table.partition else "the head of a project"
    for grantee in sorted({one.grantee for one in table.privileges if one.grantee != table.owner}):
        yield Finding(table.name, f"is {what}, and {grantee} has a grant on it", is_leak=True)
    yield from _assert_owner(table, role_prefix)
    if not table.row_security:
        yield Finding(table.name, "row security is not enabled", is_leak=True)
    elif table.partition and not table.forced:
        yield Finding(table.name, "row security is not forced: its owner skips it", is_leak=True)


def _assert_row_security(table: TableInfo, declared: Table, role_prefix: str) -> Iterator[Finding]:
    yield from _assert_owner(table, role_prefix)
    if declared.row_security and not table.row_security:
        yield Finding(table.name, "row security is not enabled", is_leak=True)
    if declared.forced and not table.forced:
        yield Finding(table.name, "row security is not forced: its owner skips it", is_leak=True)


def _assert_owner(table: TableInfo, role_prefix: str) -> Iterator[Finding]:
    owner = f"{role_prefix}_owner"
    if table.owner != owner:
        yield Finding(table.name, f"is owned by {table.owner} and not by {owner}", is_leak=True)


def _assert_privileges(table: TableInfo, declared: Table, role_prefix: str) -> Iterator[Finding]:
    for one in sorted(table.privileges, key=lambda p: (p.grantee, p.privilege, p.column or "")):
        if one.grantee != table.owner and not _is_declared(one, declared, role_prefix):
            where = f" on column {one.column}" if one.column else ""
            problem = f"{one.grantee} has {one.privilege}{where}, and the contract does not say so"
            yield Finding(table.name, problem, is_leak=True)
    for role in ROLES:
        for command, grant in declared.grants(role).items():
            for column in grant.columns or (None,):
                wanted = Privilege(f"{role_prefix}_{role}", command.upper(), column)
                if wanted not in table.privileges:
                    where = f" on column {column}" if column else ""
                    yield Finding(table.name, f"{wanted.grantee} lacks {wanted.privilege}{where}")


def _is_declared(privilege: Privilege, declared: Table, role_prefix: str) -> bool:
    role = privilege.grantee.removeprefix(f"{role_prefix}_")
    command = _COMMANDS.get(privilege.privilege)
    if role == privilege.grantee or role not in ROLES or command is None:
        return False
    grant: Grant | None = declared.grants(role).get(command)
    if grant is None:
        return False
    return grant.columns is None or privilege.column in grant.columns
