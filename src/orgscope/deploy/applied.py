"""Apply the repeatable files whose digest changed, and notice those that were deleted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import psycopg

from orgscope.deploy.psql import for_psql
from orgscope.deploy.sql import execute_file, run_query
from orgscope.errors import FileFailed
from orgscope.project import Project
from orgscope.repeatable_files import RepeatableFile, repeatable_files

__all__ = ["applied", "apply_files", "files_script", "is_policies_file"]

_RECORD: Final = (
    "insert into deploy.applied_files (project, path, sha256) values ('{project}', '{path}', "
    "'{sha256}') on conflict (project, path) do update set sha256 = excluded.sha256, "
    "applied_at = pg_catalog.now(), applied_by = session_user"
)

# Kind of file -> does what it made still exist? A trigger's file is named after a table of others.
_STILL_THERE: Final = {
    "functions": """select from pg_catalog.pg_proc as p
      inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
      where n.nspname = %s and p.proname = %s""",
    "views": """select from pg_catalog.pg_class as c
      inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
      where n.nspname = %s and c.relname = %s and c.relkind in ('v', 'm')""",
    "policies": """select from pg_catalog.pg_policies as p
      where p.schemaname = %s and p.tablename = %s""",
}


def apply_files(
    connection: psycopg.Connection[Any],
    project: Project,
    role_prefix: str,
    *,
    force: bool = False,
    policies_only: bool = False,
) -> list[str]:
    """Apply the files whose digest changed, all of them with ``force``; return what changed.

    Raises FileFailed with file and line, or for a deleted file whose object is still there.
    """
    known = applied(connection, project)
    files = repeatable_files(project, role_prefix)
    if policies_only:
        known = {path: digest for path, digest in known.items() if is_policies_file(path)}
        files = [file for file in files if is_policies_file(file.path)]
    changed = _forget_deleted(connection, project, sorted(known.keys() - {f.path for f in files}))
    for file in files:
        is_new = known.get(file.path) != file.sha256
        if force or is_new:
            run_query(connection, f"set local role {role_prefix}_owner")
            execute_file(connection, file.path, file.text)
            run_query(connection, f"set local role {role_prefix}_owner")
        if is_new:
            run_query(connection, _record_file(project, file))
            changed.append(f"{project.name} {file.path}")
    return changed


def files_script(
    project: Project,
    role_prefix: str,
    known: Mapping[str, str],
    *,
    force: bool = False,
    policies_only: bool = False,
) -> str:
    """Return SQL for psql that does what `apply_files` does where ``known`` files were applied.

    Raises FileFailed for what psql would take for a command of its own.
    """
    files = repeatable_files(project, role_prefix)
    deleted = sorted(known.keys() - {file.path for file in files})
    if policies_only:
        files = [file for file in files if is_policies_file(file.path)]
        deleted = [path for path in deleted if is_policies_file(path)]
    owner = f"set local role {role_prefix}_owner;"
    parts = [f"-- {path} was deleted\n{_forget_file(project, path)};" for path in deleted]
    for file in files:
        is_new = known.get(file.path) != file.sha256
        if force or is_new:
            parts.append(f"-- {file.path}\n{owner}\n{for_psql(file.path, file.text)}\n{owner}")
        if is_new:
            parts.append(f"{_record_file(project, file)};")
    return "\n".join(parts)


def applied(connection: psycopg.Connection[Any], project: Project) -> dict[str, str]:
    """Return the digest of each file as it was last applied."""
    rows = connection.execute(
        "select path, sha256 from deploy.applied_files where project = %s", (project.name,)
    ).fetchall()
    return dict(rows)


def is_policies_file(path: str) -> bool:
    """Say whether it is the file of a table's access."""
    return path.startswith("policies/")


def _record_file(project: Project, file: RepeatableFile) -> str:
    """Return the statement that remembers a file as applied."""
    return _RECORD.format(project=project.name, path=file.path, sha256=file.sha256)


def _forget_file(project: Project, path: str) -> str:
    return f"delete from deploy.applied_files where project = '{project.name}' and path = '{path}'"


def _forget_deleted(
    connection: psycopg.Connection[Any], project: Project, deleted: list[str]
) -> list[str]:
    for path in deleted:
        top, schema, *kind, file = PurePosixPath(path).parts
        query = _STILL_THERE.get(kind[0] if kind else top)
        name = file.removesuffix(".sql")
        if query and connection.execute(query.encode(), (schema, name)).fetchone() is not None:
            raise FileFailed(
                f"{path} was deleted, and what it made is still in the database. Write a revision "
                f"that drops it from {schema} (`orgscope revision drop_{name}`)."
            )
        run_query(connection, _forget_file(project, path))
    return [f"{project.name} {path} (deleted)" for path in deleted]
