"""Write the files of a table, see that they can be deployed, and leave nothing when they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.connection import connect
from orgscope.deploy import migrate, new_revision
from orgscope.deploy.connection import as_owner
from orgscope.errors import ConfigurationError
from orgscope.isolation.contract.load import CONTRACT_FILE, load_contract
from orgscope.project import Project, core
from orgscope.settings import Settings
from orgscope.table_files.access import access_of
from orgscope.table_files.contract_entry import contract_entry
from orgscope.table_files.foreign_keys import Owners, wrong_keys
from orgscope.table_files.found import Found, find
from orgscope.table_files.notes import Note, notes
from orgscope.table_files.policies_file import partition_file, policies_file
from orgscope.table_files.revision_file import Revision, missing, new_table
from orgscope.table_files.wish import Wish

__all__ = ["Written", "refuse", "write", "wrong_words"]

_TEXTS: Final = frozenset({"text", "character varying"})
_TIME: Final = "timestamp with time zone"


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, what was decided in them, and what only a person can decide."""

    files: tuple[Path, ...]
    notes: tuple[Note, ...] = ()


def wrong_words(project: Project, wishes: Sequence[Wish]) -> list[str]:
    """Return each name that is none, and each table for which somebody wrote already.

    Raises ConfigurationError for a contract that is missing or wrong.
    """
    tables = load_contract((core(), project)).tables
    found: list[str] = []
    for wish in wishes:
        wrong = list(wish.problems(project))
        path = _policies_path(project, wish.schema, wish.name)
        if not wrong and path.exists():
            wrong = [f"{path} exists. Edit it, and the contract with it."]
        elif not wrong and wish.table in tables:
            wrong = [
                f"{project.policies / CONTRACT_FILE} has an entry for {wish.table}, and "
                f"{path} does not exist. Write it, or take the entry out to have both written."
            ]
        found += wrong
    return found


def refuse(project: Project, wishes: Sequence[Wish], settings: Settings) -> None:
    """Raise ConfigurationError when it cannot be said whose the rows of one of the tables are.

    ``settings`` are those of `write`. It says all that is wrong.
    """
    declared = load_contract((core(), project)).tables
    owners: Owners = {**declared, **{one.table: one for one in wishes}}
    tables: dict[str, list[str]] = {}
    others: list[str] = []
    for wish in wishes:
        try:
            found = _found(project, wish, settings)
        except ConfigurationError as error:
            others.append(str(error))
            continue
        for problem in _problems(wish, found):
            tables.setdefault(problem, []).append(wish.table)
        others += wrong_keys(wish, found, owners)
    _raise_all([*others, *(f"{', '.join(names)}: {one}" for one, names in tables.items())])


def write(project: Project, wish: Wish, settings: Settings) -> Written:
    """Write what puts the table under row security: policies, contract entry, and a revision.

    ``settings`` name a database in which the project is deployed from its files, such as
    `orgscope.isolation.clone.local.deployed` makes; what is written is deployed to it. A table that
    is not there is created by the revision. For one that is, the revision does what it lacks, if
    anything. A partition has a policies file only, and comes with its parent.

    Raises ConfigurationError when files are there already, or it cannot be said whose the rows are,
    and FileFailed when what was written cannot be deployed. No file is left or changed then.
    """
    _raise_all(wrong_words(project, [wish]))
    contract = load_contract((core(), project)).tables
    found = _found(project, wish, settings)
    problems = [f"{wish.table}: {problem}" for problem in _problems(wish, found)]
    _raise_all([*wrong_keys(wish, found, contract), *problems])
    path = _policies_path(project, wish.schema, wish.name)
    if found.table is not None and found.table.partition:
        with _undone_on_failure(project) as made:
            _create(path, partition_file(_written_name(found, wish.schema, wish.name)), made)
            migrate(settings, project)
        return Written((path,))
    access = access_of(wish, found)
    revision = (
        missing(wish, found, found.table, contract) if found.table else new_table(wish, found)
    )
    entries = project.policies / CONTRACT_FILE
    with _undone_on_failure(project) as made:
        versions = _write_revision(project, revision) if revision else ()
        _create(path, policies_file(wish, found, access), made)
        for schema, name in found.partitions:
            file = _policies_path(project, schema, name)
            if not file.exists():
                _create(file, partition_file(_written_name(found, schema, name)), made)
        with entries.open("a", encoding="utf-8") as file_of_entries:
            file_of_entries.write("\n" + contract_entry(wish, access))
        declared = load_contract((core(), project)).tables[wish.table]
        migrate(settings, project)
        said = notes(
            wish,
            found,
            access,
            declared,
            policies=path,
            contract=entries,
            revision=versions[-1] if versions else None,
        )
        return Written((*versions, *made, entries), tuple(said))


def _found(project: Project, wish: Wish, settings: Settings) -> Found:
    with connect(settings, "migrator") as connection:
        as_owner(connection, settings)
        return find(connection, project, wish, settings.role_prefix)


def _raise_all(problems: Sequence[str]) -> None:
    if problems:
        raise ConfigurationError("\n".join(dict.fromkeys(problems)))


def _policies_path(project: Project, schema: str, name: str) -> Path:
    return project.policies / schema / f"{name}.sql"


def _written_name(found: Found, schema: str, name: str) -> str:
    return f"{found.quoted(schema)}.{found.quoted(name)}"


def _problems(wish: Wish, found: Found) -> Iterator[str]:
    """Yield why it cannot be said whose the rows of the table are, or which of them are deleted."""
    if found.table is None or found.table.partition:
        return
    if wish.scope == "shared" and found.table.column(wish.organization) is not None:
        yield (
            f"there is a column {wish.organization}, so the rows are not the same for everybody. "
            "Leave out --shared; or name with --tenant the column that would say whose they are."
        )
    for name, option, whose in (
        (wish.organization if wish.scope == "organization" else None, "--tenant", "organization"),
        (wish.person, "--person", "person"),
    ):
        if name is None:
            continue
        column = found.table.column(name)
        if column is None:
            yield (
                f"there is no column {name}, and nothing else says which WorkOS {whose} a row "
                f"belongs to. Name the column with {option}, or write a revision that adds it "
                f'(`{name} text collate "C"`) and fills it for the rows that are there.'
            )
        elif column.base_type not in _TEXTS or column.generated:
            what = "a generated column" if column.generated else column.type
            yield (
                f"column {name} is {what}: expected text, which holds the WorkOS id of the "
                f"{whose}. Name another column with {option}, or write a revision that adds one."
            )
    if wish.deleted is not None:
        deleted = found.table.column(wish.deleted)
        what = "not there" if deleted is None else deleted.type
        if deleted is None or deleted.type != _TIME or deleted.not_null or deleted.has_default:
            yield (
                f"column {wish.deleted} is {what}: expected a {_TIME} without a default, null "
                "while the row lives. Write a revision that adds one, or leave out --deleted."
            )


def _write_revision(project: Project, revision: Revision) -> tuple[Path, Path]:
    made = new_revision(project, revision.name)
    sentence = made[1].read_text("utf-8").rstrip("\n")
    body = "\n".join(revision.statements)
    made[1].write_text(f"{sentence}\n{revision.header}\n{body}\n", "utf-8")
    return made


def _create(path: Path, text: str, made: list[Path]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        made.append(path)
        file.write(text)


@contextmanager
def _undone_on_failure(project: Project) -> Iterator[list[Path]]:
    """Yield where to name the policies files; put all files back as they were on failure."""
    entries = project.policies / CONTRACT_FILE
    before = entries.read_bytes()
    versions = project.migrations / "versions"
    revisions = {*versions.iterdir()} if versions.is_dir() else set()
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        entries.write_bytes(before)
        for path in made:
            path.unlink()
        for path in {*versions.iterdir()} - revisions:
            if path.is_file():
                path.unlink()
        raise
