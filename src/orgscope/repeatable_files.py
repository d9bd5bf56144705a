"""The repeatable files of a project, in the order in which they are applied."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from orgscope.errors import ConfigurationError
from orgscope.project import CORE_SCHEMAS, Project

__all__ = ["RepeatableFile", "render", "repeatable_files", "unrender"]

_KINDS = ("functions", "views", "triggers")
_PLACE = re.compile(
    r"sql/(?P<schema>[^/]+)/(?:schema|(?P<kind>functions|views|triggers)/[^/]+)[.]sql$"
    r"|policies/(?P<policies>[^/]+)/[^/]+[.]sql$"
)
# Run by hand or by a command of its own: roles, queries, lints, what is not applied by default.
_ELSEWHERE = re.compile(r"sql/(?:[^/]+|(?:queries|lints|compat)/.+)[.]sql$")
_REQUIRES = re.compile(r"^-- requires: (?P<paths>.+)$", re.MULTILINE)
_WORDS = (
    r"(?=(?:owner|definer|sealer|migrator|api|user|sync|keys|job|admin|auditor|monitor|backup)\b)"
)
_PREFIX = "orgscope"
_ROLE = re.compile(rf"\b{_PREFIX}_{_WORDS}")


def render(text: str, role_prefix: str) -> str:
    """Return SQL with its role names under the configured prefix."""
    return _ROLE.sub(f"{role_prefix}_", text)


def unrender(text: str, role_prefix: str) -> str:
    """Return SQL with the role names that the files have, whatever the configured prefix."""
    return re.sub(rf"\b{role_prefix}_{_WORDS}", f"{_PREFIX}_", text)


@dataclass(frozen=True)
class RepeatableFile:
    """One file of ``sql/`` or ``policies/``; its identity is ``path``, relative to the project."""

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


def _place(path: str, schemas: tuple[str, ...]) -> tuple[int, int, str]:
    """Sort key: schemas, functions, views, triggers, policies; then schema; then name."""
    top, schema, *rest = PurePosixPath(path).parts
    kinds = ("schema.sql", *_KINDS, "policies")
    kind = kinds.index(top if top == "policies" else rest[0])
    order = (*CORE_SCHEMAS, *(name for name in schemas if name not in CORE_SCHEMAS))
    return kind, order.index(schema), path


def _paths(project: Project) -> Iterator[str]:
    """Yield the identity of each repeatable file, and refuse one that would never be applied.

    In the schemas of others a project may have triggers only.
    """
    for path in sorted((*project.sql.rglob("*.sql"), *project.policies.rglob("*.sql"))):
        identity = path.relative_to(project.root).as_posix()
        place = _PLACE.match(identity)
        if place is None:
            if not _ELSEWHERE.match(identity):
                raise ConfigurationError(
                    f"{identity} would never be applied: expected sql/<schema>/schema.sql, "
                    "sql/<schema>/{functions,views,triggers}/<object>.sql or "
                    "policies/<schema>/<table>.sql."
                )
            continue
        own = project.schemas if place["kind"] != "triggers" else (*project.schemas, *CORE_SCHEMAS)
        if (place["schema"] or place["policies"]) not in own:
            raise ConfigurationError(
                f"{identity}: the schemas of {project.name} are {', '.join(project.schemas)}. In "
                "orgscope's own schemas a project may only have triggers."
            )
        yield identity


def repeatable_files(project: Project, role_prefix: str) -> list[RepeatableFile]:
    """Return the project's repeatable files in load order.

    Order: schemas, functions, views, triggers, policies, and within each the schemas deploy, authz,
    workos, sync, audit and then the project's; a ``-- requires: path`` header moves a file behind
    another.

    Raises ConfigurationError when a file is not where files belong, or a header names a file that
    does not exist, or files in a circle.
    """
    files = {
        path: RepeatableFile(path, render((project.root / path).read_text("utf-8"), role_prefix))
        for path in _paths(project)
    }
    ordered = sorted(files, key=lambda path: _place(path, project.schemas))
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
