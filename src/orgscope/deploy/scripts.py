"""The one way to alembic: where a project's revisions lie, and how its environment is run."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError

from orgscope.errors import FileFailed
from orgscope.project import Project

__all__ = ["head_revision", "plain_errors", "script_directory", "upgrade"]

# alembic.op and alembic.context are proxies for the whole process.
_ONE_AT_A_TIME: Final = threading.RLock()


def script_directory(project: Project) -> ScriptDirectory:
    """Return alembic's view of the project's revisions."""
    return ScriptDirectory.from_config(_config(project))


def head_revision(project: Project) -> str | None:
    """Return the number of the newest revision, None without any. Raises FileFailed."""
    with plain_errors(project):
        return script_directory(project).get_current_head()


def upgrade(project: Project, target: str, *, offline: bool = False, **attributes: Any) -> str:
    """Run the project's environment up to ``target`` and return what it wrote (``offline``).

    ``attributes`` are what `orgscope.deploy.environment` reads. Raises FileFailed.
    """
    output = io.StringIO()
    config = _config(project, output)
    config.attributes.update(project=project, output=output, **attributes)
    with _ONE_AT_A_TIME, plain_errors(project):
        command.upgrade(config, target, sql=offline)
    return output.getvalue()


@contextmanager
def plain_errors(project: Project) -> Iterator[None]:
    """Say in one sentence what alembic says in a chain of exceptions."""
    try:
        yield
    except (CommandError, RevisionError, SyntaxError, FileNotFoundError) as error:
        raise FileFailed(f"{project.name}, migrations: {error}") from error


def _config(project: Project, output: io.StringIO | None = None) -> Config:
    config = Config(stdout=io.StringIO(), output_buffer=output)
    config.set_main_option("script_location", str(project.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
