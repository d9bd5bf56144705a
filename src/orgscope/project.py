"""A project: a folder with ``orgscope.toml``, ``sql/``, ``policies/`` and ``migrations/``."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orgscope.errors import ConfigurationError, FileFailed

__all__ = ["CORE_SCHEMAS", "DEV_ENVIRONMENT", "PROJECT_FILE", "Project", "core"]

CORE_SCHEMAS = ("deploy", "authz", "workos", "sync", "audit")
PROJECT_FILE = "orgscope.toml"
DEV_ENVIRONMENT = Path(".orgscope") / "dev.env"
"""Where `orgscope dev up` leaves its settings, relative to the project."""


class _ProjectTable(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,30}$")
    schemas: tuple[Annotated[str, Field(pattern="^[a-z_][a-z0-9_]{0,62}$")], ...] = Field(
        min_length=1
    )


class _ProjectFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    project: _ProjectTable


@dataclass(frozen=True, slots=True)
class Project:
    """Where the files of one project lie, and which schemas are its own.

    ``name`` keys its head and its applied files in the database; ``core`` is orgscope itself.
    """

    name: str
    root: Path
    schemas: tuple[str, ...]

    @property
    def sql(self) -> Path:
        """The repeatable objects, one per file."""
        return self.root / "sql"

    @property
    def policies(self) -> Path:
        """The access story of each table, one per file."""
        return self.root / "policies"

    @property
    def migrations(self) -> Path:
        """The alembic environment and the revisions."""
        return self.root / "migrations"

    def revisions(self) -> frozenset[str]:
        """Return the numbers of the revisions that the files know; nothing of them is run.

        Raises FileFailed for a file that is not Python, or that does not say its number.
        """
        # alembic passes over these names as well.
        files = (
            path
            for path in (self.migrations / "versions").glob("*.py")
            if not path.name.startswith((".#", "__init__"))
        )
        return frozenset(_revision_of(path, self.name) for path in files)

    @classmethod
    def load(cls, folder: Path) -> Project:
        """Read the project in ``folder``.

        Raises ConfigurationError when ``orgscope.toml`` is missing, not TOML, or not of its form.
        """
        path = folder / PROJECT_FILE
        try:
            return cls.parse(path.read_text("utf-8"), folder)
        except FileNotFoundError:
            raise ConfigurationError(
                f"{path} does not exist. Name the project's folder with --project, or make one "
                "with `orgscope init`."
            ) from None
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{path} is not a project file: {error}") from None

    @classmethod
    def parse(cls, text: str, folder: Path) -> Project:
        """Return the project that ``text``, an ``orgscope.toml``, describes in ``folder``.

        Raises ConfigurationError when it is not TOML, or not of its form.
        """
        path = folder / PROJECT_FILE
        try:
            project = _ProjectFile.model_validate(tomllib.loads(text)).project
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
                for fault in error.errors()
            )
            raise ConfigurationError(f"{path} is not a project file: {faults}") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path} is not a project file: {error}") from None
        if project.name == "core" or set(project.schemas) & set(CORE_SCHEMAS):
            raise ConfigurationError(
                f"{path}: the name 'core' and the schemas {', '.join(CORE_SCHEMAS)} are orgscope's."
            )
        return cls(project.name, folder.resolve(), project.schemas)


def _revision_of(path: Path, project: str) -> str:
    """Return the literal that the module's ``revision`` is set to."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise FileFailed(f"{project}, migrations: {path.name}: {error}") from error
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        value = getattr(node, "value", None)
        if names == ["revision"] and isinstance(value, ast.Constant):
            return str(value.value)
    raise FileFailed(
        f"{project}, migrations: {path.name} does not say its number. Write a line such as "
        'revision = "0001".'
    )


@cache
def core() -> Project:
    """Return orgscope's own files: those of the checkout, else those in the wheel.

    The checkout comes first, because an editable install leaves a stale copy beside the package.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parents[1]
    is_checkout = package.parent.name == "src" and (checkout / "pyproject.toml").is_file()
    return Project("core", checkout if is_checkout else package / "_bundle", CORE_SCHEMAS)
