"""Take revisions as applied where what they create stands already: compared, and never believed.

The schemas are renamed inside of a savepoint, the revisions create theirs beside them, the
catalogue is read, and the savepoint is rolled back: no other session sees anything of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg

from orgscope.deploy import catalogue
from orgscope.deploy.catalogue import Catalogue, Change
from orgscope.deploy.objects import read_objects
from orgscope.deploy.pending import PendingRevision
from orgscope.deploy.sql import execute_file, run_step
from orgscope.errors import FileFailed
from orgscope.project import Project
from orgscope.repeatable_files import render

__all__ = ["adopt", "find_adopted"]

_MOST_NAMED: Final = 20
_LONGEST: Final = 200
_EXISTS: Final = "select from pg_catalog.pg_namespace as n where n.nspname = any (%s)"
_RENAME: Final = "alter schema {schema} rename to orgscope_adopted_{number};"

# A policies file says these anew, whatever they were.
_ACCESS: Final = ("policy", "grant on ")
_ROW_SECURITY: Final = re.compile(", row security(, forced)?")

# PostgreSQL writes a list of varchar in one way when it was typed, and in another when it was
# restored from what it wrote.
_LITERAL: Final = r"'(?:[^']|'')*'::[a-z ]+"
_CAST_OF_LIST: Final = re.compile(rf"\(ARRAY\[({_LITERAL}(?:, {_LITERAL})*)\]\)::text\[\]")


def find_adopted(
    connection: psycopg.Connection[Any],
    projects: Sequence[Project],
    waiting: Mapping[str, Sequence[PendingRevision]],
) -> dict[str, Sequence[PendingRevision]]:
    """Return those of the ``waiting`` revisions that what stands in the database is taken for.

    They are all of a project up to the last that says so, where nothing of it is deployed and one
    of its schemas exists. Raises FileFailed when one of them runs outside of a transaction.
    """
    found = {one.name: _adopted(connection, one, waiting[one.name]) for one in projects}
    return {name: revisions for name, revisions in found.items() if revisions}


def adopt(
    connection: psycopg.Connection[Any],
    project: Project,
    revisions: Sequence[PendingRevision],
    role_prefix: str,
) -> None:
    """Compare what stands in the project's schemas with what ``revisions`` create, and record it.

    As the owner, in a transaction. Raises FileFailed, which names each object that differs, is
    missing, or is not the owner's.
    """
    _compare(connection, project, revisions, role_prefix)
    standing = catalogue.read(connection, project.schemas)
    catalogue.record(connection, catalogue.compare({}, standing))


def _adopted(
    connection: psycopg.Connection[Any], project: Project, waiting: Sequence[PendingRevision]
) -> Sequence[PendingRevision]:
    last = max((place for place, one in enumerate(waiting, 1) if one.header.adopts), default=0)
    found = waiting[:last]
    if not found or found[0].before != "base":
        return ()
    if not connection.execute(_EXISTS, (list(project.schemas),)).rowcount:
        return ()
    for one in found:
        if not one.header.transactional:
            raise FileFailed(
                f"{one.sql.name}: '-- transaction: no' cannot be adopted by {found[-1].sql.name}: "
                "move it behind."
            )
    return found


def _compare(
    connection: psycopg.Connection[Any],
    project: Project,
    revisions: Sequence[PendingRevision],
    role_prefix: str,
) -> None:
    name = revisions[-1].sql.name
    objects = read_objects(connection, project.schemas)
    strange = [str(one) for one in objects if one.owner not in {"", f"{role_prefix}_owner"}]
    if strange:
        raise FileFailed(
            f"{name}: {role_prefix}_owner does not own {_listed(strange)}. As the DBA, run what "
            "`orgscope adopt` writes, and migrate again."
        )
    there = _comparable(catalogue.read(connection, project.schemas, details=True))
    schemas = [one.identity for one in objects if one.kind == "schema"]
    with connection.transaction(force_rollback=True):
        for number, schema in enumerate(schemas):
            run_step(connection, name, _RENAME.format(schema=schema, number=number))
        for one in revisions:
            text = render(one.sql.read_text("utf-8"), role_prefix)
            execute_file(connection, one.sql.name, text)
        made = _comparable(catalogue.read(connection, project.schemas, details=True))
    if changes := catalogue.compare(made, there):
        raise FileFailed(
            f"{name}: the database does not have what this revision and those before it create: "
            f"{_listed(list(_differences(changes)), glue='; ')}. Nothing was changed. Bring the "
            "two together, in the file or in the database, and migrate again."
        )


def _comparable(read: Catalogue) -> Catalogue:
    return {
        key: _CAST_OF_LIST.sub(_cast_each, _ROW_SECURITY.sub("", definition))
        for key, definition in read.items()
        if not key[1].startswith(_ACCESS)
    }


def _cast_each(found: re.Match[str]) -> str:
    literals = re.findall(_LITERAL, found[1])
    return f"ARRAY[{', '.join(f'({one})::text' for one in literals)}]"


def _differences(changes: Sequence[Change]) -> Iterator[str]:
    """Name each object; what hangs on a relation that is missing or not created is left out."""
    whole = {one.identity for one in changes if one.kind == "relation" and one.verb != "change"}
    for one in changes:
        what = f"{one.kind} {one.identity}"
        if one.kind != "relation" and any(
            one.identity == name or one.identity.startswith((f"{name}.", f"{name} "))
            for name in whole
        ):
            continue
        if one.previous is None:
            yield f"{what} is not created by them"
        elif one.definition is None:
            yield f"{what} is missing in the database"
        elif max(len(one.previous), len(one.definition)) > _LONGEST:
            yield f"{what} differs"
        else:
            yield f"{what} is {_line(one.definition)!r}, and they make it {_line(one.previous)!r}"


def _line(definition: str) -> str:
    return " ".join(definition.split())


def _listed(names: Sequence[str], glue: str = ", ") -> str:
    more = len(names) - _MOST_NAMED
    return glue.join(names[:_MOST_NAMED]) + (f"{glue}and {more} more" if more > 0 else "")
