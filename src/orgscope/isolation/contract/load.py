"""Read the contract of each project: its form, and that it speaks of its own schemas only."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from orgscope.errors import ConfigurationError
from orgscope.isolation.contract.model import Budget, Contract, Functions, Name, Strict, Table, View
from orgscope.project import Project

__all__ = ["CONTRACT_FILE", "load_contract"]

CONTRACT_FILE: Final = "contract.toml"


class _ContractFile(Strict):
    tables: dict[Name, Table] = Field(default_factory=dict)
    views: dict[Name, View] = Field(default_factory=dict)
    functions: tuple[Functions, ...] = ()
    budgets: tuple[Budget, ...] = ()


def load_contract(projects: Sequence[Project]) -> Contract:
    """Read the contract of every project.

    Raises ConfigurationError, which names the file and the key, when a file is missing, not TOML,
    or not of its form; and when a project declares a table of a schema that is not its own.
    """
    tables: dict[str, Table] = {}
    views: dict[str, View] = {}
    functions: dict[str, set[str]] = defaultdict(set)
    samples: dict[str, dict[str, str]] = defaultdict(dict)
    budgets: list[Budget] = []
    for project in projects:
        path = project.policies / CONTRACT_FILE
        read = _read(path)
        _refuse_foreign(path, project, "tables", read.tables)
        _refuse_foreign(path, project, "views", read.views)
        for one in read.functions:
            _refuse_foreign(path, project, "functions", one.names)
            for role in one.roles:
                functions[role] |= set(one.names)
            for name in one.names if one.sample else ():
                samples[name] |= one.sample
        tables |= read.tables
        views |= read.views
        budgets += read.budgets
    schemas = tuple(schema for project in projects for schema in project.schemas)
    return Contract(schemas, tables, views, functions, budgets, samples)


def _refuse_foreign(path: Path, project: Project, kind: str, names: Iterable[str]) -> None:
    for name in names:
        if name.partition(".")[0] not in project.schemas:
            raise ConfigurationError(
                f'{path}: {kind}."{name}" is not in a schema of {project.name} '
                f"({', '.join(project.schemas)}). Declare it in the contract of its project."
            )


def _read(path: Path) -> _ContractFile:
    try:
        return _ContractFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path} does not exist. It declares who may do what with each table of the project "
            "(docs/reference/contract.md)."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        faults = "\n".join(f"  {_key(one['loc'])}: {one['msg']}" for one in error.errors())
        raise ConfigurationError(f"{path} is not a contract:\n{faults}") from None


def _key(location: tuple[str | int, ...]) -> str:
    return ".".join(f'"{part}"' if "." in str(part) else str(part) for part in location)
