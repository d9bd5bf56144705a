"""Write the files of a table, see that they can be deployed, and leave nothing when they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.connection import connect
from orgscope.deploy import migrate, new_revision
from orgscope.deploy.connection import as_owner
from orgscope.errors import ConfigurationError
from orgscope.isolation.contract.load import CONTRACT_FILE, load_contract
from orgscope.isolation.contract.model import Table
from orgscope.project import Project, core
from orgscope.settings import Settings
from orgscope.table_files.access import access_of
from orgscope.table_files.contract_entry import contract_entry
from orgscope.table_files.found import Found, find
from orgscope.table_files.policies_file import partition_file, policies_file
from orgscope.table_files.revision_file import Revision, missing, new_table
from orgscope.table_files.wish import Wish

__all__ = ["Written", "refuse_present", "write"]

_TEXTS: Final = frozenset({"text", "character varying"})


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what only a person can decide."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def refuse_present(project: Project, wish: Wish) -> Mapping[str, Table]:
    """Return the contract's tables; raise ConfigurationError when somebody wrote for this one.

    Also for a name that is none, and a contract that is missing or wrong.
    """
    wish.check(project)
    tables = load_contract((core(), project)).tables
    path = _policies_path(project, wish)
    if path.exists():
        raise ConfigurationError(f"{path} exists. Edit it, and the contract with it.")
    if wish.table in tables:
        raise ConfigurationError(
            f"{project.policies / CONTRACT_FILE} has an entry for {wish.table}, and "
            f"{path} does not exist. Write it, or take the entry out to have both written."
        )
    return tables


def write(project: Project, wish: Wish, settings: Settings) -> Written:
    """Write what puts the table under row security: policies, contract entry, and a revision.

    ``settings`` name a database in which the project is deployed from its files, such as
    `orgscope.isolation.clone.local.deployed` makes; what is written is deployed to it. A table that
    is not there is created by the revision. For one that is, the revision does what it lacks, if
    anything; a partition has a policies file only.

    Raises ConfigurationError when files are there already, or it cannot be said whose the rows are,
    and FileFailed when what was written cannot be deployed. No file is left or changed then.
    """
    contract = refuse_present(project, wish)
    with connect(settings, "migrator") as connection:
        as_owner(connection, settings)
        found = find(connection, project, wish, settings.role_prefix)
    path = _policies_path(project, wish)
    if found.table is not None and found.table.partition:
        with _undone_on_failure(project, path):
            _create(path, partition_file(wish))
            migrate(settings, project)
        return Written((path,))
    _require_columns(wish, found)
    access = access_of(wish, found)
    revision = (
        missing(wish, found, found.table, contract) if found.table else new_table(wish, found)
    )
    entries = project.policies / CONTRACT_FILE
    with _undone_on_failure(project, path):
        made = _write_revision(project, revision) if revision else ()
        _create(path, policies_file(wish, found, access))
        with entries.open("a", encoding="utf-8") as file:
            file.write("\n" + contract_entry(wish, access))
        load_contract((core(), project))
        migrate(settings, project)
    return Written((*made, path, entries), tuple(_notes(wish, found)))


def _policies_path(project: Project, wish: Wish) -> Path:
    return project.policies / wish.schema / f"{wish.name}.sql"


def _require_columns(wish: Wish, found: Found) -> None:
    """Raise ConfigurationError when no column says whose the rows of the table are."""
    if found.table is None:
        return
    if wish.scope == "shared" and found.table.column(wish.organization) is not None:
        raise ConfigurationError(
            f"{wish.table} has a column {wish.organization}, so its rows are not the same for "
            "everybody. Leave out --shared; or name with --tenant the column that would say whose "
            "they are."
        )
    for name, option, whose in (
        (wish.organization if wish.scope == "organization" else None, "--tenant", "organization"),
        (wish.person, "--person", "person"),
    ):
        if name is None:
            continue
        column = found.table.column(name)
        if column is None:
            raise ConfigurationError(
                f"{wish.table} has no column {name}, and nothing else says which WorkOS {whose} a "
                f"row belongs to. Name the column with {option}, or write a revision that adds it "
                f'(`{name} text collate "C"`) and fills it for the rows that are there.'
            )
        if column.base_type not in _TEXTS or column.generated:
            what = "a generated column" if column.generated else column.type
            raise ConfigurationError(
                f"{wish.table}.{name} is {what}: expected text, which holds the WorkOS id of the "
                f"{whose}. Name another column with {option}, or write a revision that adds one."
            )


def _write_revision(project: Project, revision: Revision) -> tuple[Path, Path]:
    made = new_revision(project, revision.name)
    sentence = made[1].read_text("utf-8").rstrip("\n")
    body = "\n".join(revision.statements)
    made[1].write_text(f"{sentence}\n{revision.header}\n{body}\n", "utf-8")
    return made


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def _undone_on_failure(project: Project, policies: Path) -> Iterator[None]:
    """Put the files back as they were when the block fails."""
    entries = project.policies / CONTRACT_FILE
    before = entries.read_bytes()
    versions = project.migrations / "versions"
    revisions = {*versions.iterdir()} if versions.is_dir() else set()
    try:
        yield
    except BaseException:
        entries.write_bytes(before)
        policies.unlink(missing_ok=True)
        for path in {*versions.iterdir()} - revisions:
            if path.is_file():
                path.unlink()
        raise


def _notes(wish: Wish, found: Found) -> Iterator[str]:
    if found.table is None:
        yield f"{wish.table} was not there: the revision creates it; add its columns there."
    owner = wish.owner_column
    if found.table is not None and owner and found.collations[owner] != "C":
        statement = f'alter table {wish.table} alter column {owner} type text collate "C";'
        yield (
            f"{wish.table}.{owner} is not of collation C, by which ids compare fastest. Before you "
            f"migrate, put it into a revision: {statement} Its policies forbid it afterwards."
        )
