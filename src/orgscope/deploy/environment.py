"""What every project's ``migrations/env.py`` runs: revisions, then the repeatable files at head.

``orgscope.deploy.commands`` holds the lock, opens the transaction and passes what is needed in
``config.attributes``; alembic alone is refused, because it would skip the lock and the files.
"""

from __future__ import annotations

from alembic import context

from orgscope.deploy.applied import apply_files, record_file
from orgscope.deploy.files import repeatable_files
from orgscope.deploy.pending import version_table
from orgscope.deploy.project import Project
from orgscope.deploy.sql import driver
from orgscope.errors import ConfigurationError

__all__ = ["run"]


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
    if context.get_context().get_current_heads() == tuple(context.script.get_heads()):
        # A revision, also one of the core, may have had to drop what a file makes.
        attributes["files"] += apply_files(
            driver(attributes["connection"]), project, attributes["role_prefix"], force=bool(steps)
        )


def _write_script(project: Project, role_prefix: str) -> None:
    context.configure(
        dialect_name="postgresql",
        output_buffer=context.config.attributes["output"],
        **version_table(project),
    )
    context.run_migrations()
    output = context.get_context().impl.static_output
    for file in repeatable_files(project, role_prefix):
        output(f"-- {file.path}\nset local role {role_prefix}_owner;\n{file.text}")
        output(f"set local role {role_prefix}_owner;\n{record_file(project, file)};")
