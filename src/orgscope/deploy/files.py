"""The repeatable files of a project, in the order in which they are applied."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

from orgscope.deploy.project import CORE_SCHEMAS, Project
from orgscope.errors import ConfigurationError

__all__ = ["RepeatableFile", "render", "repeatable_files"]

_KINDS = ("functions", "views", "triggers")
_SCHEMA_FILE = "schema.sql"
_REQUIRES = re.compile(r"^-- requires: (?P<paths>.+)$", re.MULTILINE)
_ROLE = re.compile(
    r"\borgscope_(?=(?:owner|definer|sealer|migrator|api|user|sync|keys|job|admin|auditor|monitor"
    r"|backup)\b)"
)


def render(text: str, role_prefix: str) -> str:
    """Return SQL with its role names under the configured prefix."""
    return _ROLE.sub(f"{role_prefix}_", text)


@dataclass(frozen=True)
class RepeatableFile:
    """One file of ``sql/`` or ``policies/``; ``path`` is relative to the project and its identity."""

    path: str
    text: str

    @cached_property
    def sha256(self) -> str:
        """The digest by which a change is noticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """The files that its ``-- requires:`` header names."""
        found = _REQUIRES.search(self.text)
        return tuple(path.strip() for path in found["paths"].split(",")) if found else ()


def _place(path: PurePosixPath, schemas: tuple[str, ...]) -> tuple[int, int, str]:
    """Sort key: schemas, functions, views, triggers, policies; then schema; then name."""
    schema = path.parts[1]
    if path.parts[0] == "policies":
        kind = len(_KINDS)
    else:
        kind = -1 if path.name == _SCHEMA_FILE else _KINDS.index(path.parts[2])
    order = (*CORE_SCHEMAS, *(name for name in schemas if name not in CORE_SCHEMAS))
    return kind, order.index(schema) if schema in order else len(order), str(path)


def _paths(project: Project) -> list[Path]:
    patterns = (f"*/{_SCHEMA_FILE}", *(f"*/{kind}/*.sql" for kind in _KINDS))
    found = [path for pattern in patterns for path in project.sql.glob(pattern)]
    return found + list(project.policies.glob("*/*.sql"))


def repeatable_files(project: Project, role_prefix: str) -> list[RepeatableFile]:
    """Return the project's repeatable files in load order.

    Order: schemas, functions, views, triggers, policies, and within each the schemas authz, workos, sync,
    audit and then the project's; a ``-- requires: path`` header moves a file behind another.

    Raises ConfigurationError when a header names a file that does not exist, or files in a circle.
    """
    files = {}
    for path in _paths(project):
        identity = path.relative_to(project.root).as_posix()
        files[identity] = RepeatableFile(identity, render(path.read_text("utf-8"), role_prefix))
    ordered = sorted(files, key=lambda path: _place(PurePosixPath(path), project.schemas))
    for path in ordered:
        if missing := [name for name in files[path].requires if name not in files]:
            raise ConfigurationError(
                f"{path}: its '-- requires:' header names {', '.join(missing)}, which is not a "
                "file of this project. Write paths relative to the project."
            )
    try:
        return [files[path] for path in _stable_order(ordered, files)]
    except CycleError as error:
        raise ConfigurationError(
            f"the '-- requires:' headers form a circle: {' -> '.join(error.args[1])}"
        ) from None


def _stable_order(ordered: list[str], files: dict[str, RepeatableFile]) -> list[str]:
    """Order by headers, and otherwise keep the order given."""
    sorter = TopologicalSorter({path: files[path].requires for path in ordered})
    sorter.prepare()
    rank = {path: index for index, path in enumerate(ordered)}
    ready: list[str] = []
    result: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
        result.append(ready.pop(0))
        sorter.done(result[-1])
    return result
