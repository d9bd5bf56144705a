"""What every project's ``migrations/env.py`` runs: revisions, then the repeatable files at head.

``orgscope.deploy.commands`` holds the lock, opens the transaction and passes what is needed in
``config.attributes``; alembic alone is refused, because it would skip the lock and the files.
"""

from __future__ import annotations

from typing import Any

import psycopg
from alembic import context

from orgscope.deploy.files import RepeatableFile, repeatable_files
from orgscope.deploy.project import Project
from orgscope.deploy.sql import execute_file, run_query
from orgscope.errors import ConfigurationError

__all__ = ["version_options", "run"]

_UPSERT_FILE = (
    "insert into deploy.applied_files (project, path, sha256) values ('{project}', '{path}', "
    "'{sha256}') on conflict (project, path) do update set sha256 = excluded.sha256, "
    "applied_at = pg_catalog.now(), applied_by = session_user"
)


def version_options(project: Project) -> dict[str, Any]:
    """Return where alembic keeps the head of a project."""
    return {"version_table": f"{project.name}_head", "version_table_schema": "deploy"}


def run() -> None:
    """Run the environment; the whole of ``migrations/env.py``.

    Raises ConfigurationError when it is started by alembic's own command.
    """
    attributes = context.config.attributes
    if "project" not in attributes:
        raise ConfigurationError("use `orgscope migrate`: alembic alone skips the lock and the files.")
    project: Project = attributes["project"]
    if context.is_offline_mode():
        context.configure(
            dialect_name="postgresql",
            output_buffer=attributes["output"],
            **version_options(project),
        )
        context.run_migrations()
        _emit_files(project, attributes["role_prefix"])
        return
    connection = attributes["connection"]
    steps: list[str] = attributes["steps"]
    context.configure(
        connection=connection,
        on_version_apply=lambda **step: steps.append(step["step"].up_revision_id),
        **version_options(project),
    )
    context.run_migrations()
    heads = context.get_context().get_current_heads()
    if set(heads) == set(context.script.get_heads()):
        attributes["files"] += apply_files(
            connection.connection.driver_connection,
            project,
            attributes["role_prefix"],
            force=bool(steps) or attributes["force"],
        )


def apply_files(
    connection: psycopg.Connection[Any], project: Project, role_prefix: str, *, force: bool
) -> list[str]:
    """Apply the repeatable files whose digest changed, all of them with ``force``; return their paths.

    A revision may have had to drop what a file makes, so any revision forces every file.
    Raises FileFailed with file and line.
    """
    known: dict[str, str] = dict(
        connection.execute(
            "select path, sha256 from deploy.applied_files where project = %s", (project.name,)
        ).fetchall()
    )
    applied = []
    for file in repeatable_files(project, role_prefix):
        if force or known.get(file.path) != file.sha256:
            run_query(connection, f"set local role {role_prefix}_owner")
            execute_file(connection, file.path, file.text)
            run_query(connection, f"set local role {role_prefix}_owner")
            run_query(connection, _record(project, file))
            if known.get(file.path) != file.sha256:
                applied.append(file.path)
    return applied


def _record(project: Project, file: RepeatableFile) -> str:
    return _UPSERT_FILE.format(project=project.name, path=file.path, sha256=file.sha256)


def _emit_files(project: Project, role_prefix: str) -> None:
    output = context.get_context().impl.static_output
    for file in repeatable_files(project, role_prefix):
        output(f"-- {file.path}\nset local role {role_prefix}_owner;\n{file.text}")
        output(f"set local role {role_prefix}_owner;\n{_record(project, file)};")
