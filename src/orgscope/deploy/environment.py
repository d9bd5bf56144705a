"""What every project's ``migrations/env.py`` runs: revisions, then the repeatable files at head.

``orgscope.deploy.commands`` holds the lock, opens the transaction and passes what is needed in
``config.attributes``; alembic alone is refused, because it would skip the lock and the files.
"""

from __future__ import annotations

from typing import Final

from alembic import context

from orgscope.deploy.applied import apply_files, files_script
from orgscope.deploy.pending import version_table
from orgscope.deploy.sql import driver, run_query
from orgscope.errors import ConfigurationError
from orgscope.project import Project

__all__ = ["run"]

# alembic makes the table. It is asked first, because ALTER TABLE would wait for whoever reads it.
_PROTECT_HEAD: Final = """do $$ begin if not (
  select c.relrowsecurity from pg_catalog.pg_class as c
  where c.oid = pg_catalog.to_regclass('{table}')
) then alter table {table} enable row level security; end if; end $$;"""


def run() -> None:
    """Run the environment; the whole of ``migrations/env.py``.

    Raises ConfigurationError when it is started by alembic's own command.
    """
    attributes = context.config.attributes
    if "project" not in attributes:
        raise ConfigurationError(
            "use `orgscope migrate`: alembic alone skips the lock and the files."
        )
    if context.is_offline_mode():
        _write_script(attributes["project"], attributes["role_prefix"])
    else:
        _run_online(attributes["project"])


def _run_online(project: Project) -> None:
    attributes = context.config.attributes
    steps: list[str] = attributes["steps"]
    context.configure(
        connection=attributes["connection"],
        on_version_apply=lambda **step: steps.append(
            f"{project.name} {step['step'].up_revision_id}"
        ),
        **version_table(project),
    )
    context.run_migrations()
    run_query(driver(attributes["connection"]), _protect_head(project))
    if context.get_context().get_current_heads() == tuple(context.script.get_heads()):
        # A revision, also one of the core, may have had to drop what a file makes.
        attributes["files"] += apply_files(
            driver(attributes["connection"]),
            project,
            attributes["role_prefix"],
            force=attributes["force"] or bool(steps),
        )


def _protect_head(project: Project) -> str:
    """Return SQL that enables row security on the table with the project's head (ADR 9)."""
    where = version_table(project)
    table = f"{where['version_table_schema']}.{where['version_table']}"
    return _PROTECT_HEAD.format(table=table)


def _write_script(project: Project, role_prefix: str) -> None:
    context.configure(
        dialect_name="postgresql",
        output_buffer=context.config.attributes["output"],
        **version_table(project),
    )
    context.run_migrations()
    attributes = context.config.attributes
    output = context.get_context().impl.static_output
    output(_protect_head(project))
    output(files_script(project, role_prefix, attributes["known"], force=attributes["force"]))
