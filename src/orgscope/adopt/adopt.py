"""Write what adopts the tables that are in use: a revision, and a script for the DBA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from orgscope.adopt.dump import dumped
from orgscope.adopt.found import Found, find
from orgscope.adopt.script import notes, planning_roles, script
from orgscope.connection import connect
from orgscope.deploy import new_revision
from orgscope.deploy.header import Header
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.project import Project
from orgscope.settings import Settings

__all__ = ["Adoption", "adopt"]

_REVISION: Final = "adopt"
_KINDS: Final = frozenset(
    {
        "schema",
        "table",
        "sequence",
        "type",
        "domain",
        "routine",
        "view",
        "materialized view",
        "statistics",
    }
)
_GRANTS_SAY_HOW: Final = 160_000
"""From this version of the server on a GRANT of a role says what it gives."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was written, and what is to be known of it."""

    files: Sequence[Path] = ()
    """The two files of the revision; none where the project has it."""
    script: str = ""
    """What the DBA is to run; empty when nothing is left to do."""
    notes: Sequence[str] = ()


def adopt(settings: Settings, project: Project, keep: Sequence[str] = ()) -> Adoption:
    """Write the revision that creates what stands in the project's schemas; make the DBA's script.

    The database of ``ORGSCOPE_DBA_URL`` is only read. The logins of ``keep`` go on reading and
    writing what they can now, until the next `migrate`.

    Raises ConfigurationError, which names all that cannot be adopted; DatabaseNotReady, which names
    all that the DBA lacks; ServerFailed when pg_dump fails, FileFailed for revisions that cannot be
    read.
    """
    owner = f"{settings.role_prefix}_owner"
    with connect(settings, "dba") as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        found = find(connection, project, keep)
        if found.is_deployed:
            return Adoption()
        needed = not _has_revision(project)
        if wrong := list(_refused(project, found, keep, owner)):
            raise ConfigurationError("; ".join(wrong))
        borrow = _borrowed(connection, found, owner, dump=needed)
    files = _write_revision(settings, project, found) if needed else ()
    text = script(found, owner, keep, borrow=borrow)
    return Adoption(files, text, list(notes(found, owner, keep)) if text else ())


def _has_revision(project: Project) -> bool:
    versions = (project.migrations / "versions").glob("*.py")
    return any(Header.of(path.with_suffix(".sql")).adopts for path in versions)


def _refused(project: Project, found: Found, keep: Sequence[str], owner: str) -> Iterator[str]:
    """Say of everything that cannot be adopted what it is, and what to do with it."""
    there = {one.identity for one in found.objects if one.kind == "schema"}
    if missing := [name for name in project.schemas if name not in there]:
        yield (
            f"the database has no schema {', '.join(missing)}: name in orgscope.toml the schemas "
            "whose tables are in use"
        )
    if "public" in project.schemas:
        yield (
            "schema public is everybody's, and orgscope closes it: move the tables to a schema of "
            "their own (`alter table … set schema`)"
        )
    if owner not in found.roles:
        yield f"there is no role {owner}: run `orgscope roles`"
    if strangers := [name for name in keep if name not in found.roles]:
        yield f"there is no role {', '.join(strangers)} to keep"
    for one in found.objects:
        if one.kind == "extension":
            yield f"extension {one.identity} is in it: move it (`alter extension … set schema`)"
        elif one.kind not in _KINDS:
            yield f"{one} is of a kind that is not adopted: drop it, or move it to another schema"
    for need in found.needs:
        if not need.is_extension:
            yield (
                f"{need.by} needs {need.what}, which is in no schema of {project.name}: move "
                "it, or add its schema to orgscope.toml"
            )


def _borrowed(
    connection: psycopg.Connection[Any], found: Found, owner: str, *, dump: bool
) -> str | None:
    """Return the options of the grant that lends the DBA the owner's rights; None when it has them.

    Raises DatabaseNotReady, which says what is to be granted to the DBA.
    """
    row = connection.execute(
        "select quote_ident(current_user), has_database_privilege(current_database(), 'create'), "
        "quote_ident(current_database()), pg_has_role(%(owner)s, 'usage'), "
        "pg_has_role(%(owner)s, 'member with admin option') "
        "or r.rolcreaterole and current_setting('server_version_num')::integer < %(since)s "
        "from pg_catalog.pg_roles as r where r.rolname = current_user",
        {"owner": owner, "since": _GRANTS_SAY_HOW},
    ).fetchone()
    dba, may_create, database, has_owner, may_borrow = row or ("", False, "", False, False)
    options = " with inherit true, set true"
    if connection.info.server_version < _GRANTS_SAY_HOW:
        options = ""
    owners = {one.owner for one in found.objects if dump or one.owner != owner}
    planning = planning_roles(found)
    lacking = [
        f"grant {role.quoted} to {dba}{options};"
        for role in found.roles.values()
        if not role.is_ours and (role.name in owners or role.quoted in planning)
    ]
    if not may_create:
        lacking.append(f"grant create on database {database} to {dba};")
    if not (has_owner or may_borrow):
        lacking.append(f"grant {owner} to {dba} with admin option;")
    if lacking:
        raise DatabaseNotReady(
            f"the login of ORGSCOPE_DBA_URL may not give away what others own. Whoever may, runs: "
            f"{' '.join(lacking)} Take it back afterwards. A superuser lacks nothing."
        )
    return None if has_owner else options


def _write_revision(settings: Settings, project: Project, found: Found) -> tuple[Path, Path]:
    schemas = ", ".join(project.schemas)
    text = dumped(settings, project.schemas)
    extensions = "".join(
        f"create schema if not exists {one.schema};\n" * (one.schema != "public")
        + f"create extension if not exists {one.what} with schema {one.schema};\n"
        for one in found.needs
        if one.is_extension
    )
    python, file = new_revision(project, _REVISION)
    file.write_text(
        f"-- Create what stood in {schemas} when it was adopted, as pg_dump writes it.\n"
        "-- A database where it stands is compared with this. Access is said by policies/.\n"
        f"-- adopts: yes\n\n{extensions}{text.rstrip()}\n",
        "utf-8",
    )
    return python, file
