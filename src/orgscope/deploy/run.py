"""One deployment: which steps it takes, and what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, RootTransaction

from orgscope.connection import connect
from orgscope.deploy import catalogue, connection, scripts
from orgscope.deploy.adoption import adopt, find_adopted
from orgscope.deploy.applied import apply_files
from orgscope.deploy.drift import by_hand, schemas_of, to_repair
from orgscope.deploy.outcome import Outcome
from orgscope.deploy.pending import PendingRevision, pending
from orgscope.deploy.policies_only import refuse_others
from orgscope.deploy.revision import assert_indexes
from orgscope.deploy.sql import driver, execute_file, run_step
from orgscope.project import Project
from orgscope.repeatable_files import render
from orgscope.settings import Settings

__all__ = ["Run"]

_HOLD_EVENTS: Final = "lock table sync.families in exclusive mode"
"""Whatever brings objects in locks this table first: see ``sync.erased_in``."""


@dataclass
class Run:
    """One deployment: where it is, what it has done."""

    opened: Connection
    settings: Settings
    projects: Sequence[Project]
    policies_only: bool = False
    repair: bool = False
    hold_events: bool = False
    count_rows: bool = True
    outcome: Outcome = field(default_factory=Outcome)
    _known: catalogue.Catalogue = field(init=False)
    _new: set[str] = field(init=False)
    """The projects of which the database has no revision yet."""
    _adopted: dict[str, Sequence[PendingRevision]] = field(init=False)
    """Project -> the revisions that are compared with what stands there, and not run."""
    _again: frozenset[str] = frozenset()
    """The projects whose files are all applied again."""

    def __post_init__(self) -> None:
        with self.opened.begin():
            connection.as_owner(driver(self.opened), self.settings)
            self._known = catalogue.read(driver(self.opened), schemas_of(self.projects))
            waiting = {one.name: pending(self.opened, one) for one in self.projects}
            self._new = {
                name for name, found in waiting.items() if found and found[0].before == "base"
            }
            self._adopted = find_adopted(driver(self.opened), self.projects, waiting)
            if self.projects[0].name not in self._new:
                self.outcome.drift = by_hand(
                    driver(self.opened),
                    schemas_of(one for one in self.projects if one.name not in self._adopted),
                    self._known,
                    policies_only=self.policies_only,
                )
        if self.repair:
            self._again = to_repair(self.outcome.drift, self.projects)

    @contextmanager
    def transaction(self) -> Iterator[RootTransaction]:
        """Open a transaction; what it changed is recorded with it."""
        with connection.transaction(self.opened, self.settings) as transaction:
            if self.hold_events:
                run_step(driver(self.opened), "sync.families", _HOLD_EVENTS)
            yield transaction
            if transaction.is_active and (changes := self.note_changes()):
                catalogue.record(driver(self.opened), changes)

    def note_changes(self) -> list[catalogue.Change]:
        """Add to the outcome what has changed since it was last asked."""
        now = catalogue.read(driver(self.opened), schemas_of(self.projects))
        changes = catalogue.compare(self._known, now)
        self._known = now
        self.outcome.changes += changes
        put_back = {one.key for one in changes}
        self.outcome.drift = [one for one in self.outcome.drift if one.key not in put_back]
        return changes

    def alone(self, project: Project) -> list[PendingRevision]:
        """Return the pending revisions that run outside of a transaction."""
        with self.opened.begin() as transaction:
            connection.as_owner(driver(self.opened), self.settings)
            found = [one for one in pending(self.opened, project) if not one.header.transactional]
            transaction.rollback()
        self.outcome.alone += (f"{project.name} {one.name}" for one in found)
        return found

    def upgrade(
        self, project: Project, target: str = "head", *, done: PendingRevision | None = None
    ) -> None:
        """Run the project's environment up to ``target``; ``done`` is recorded and not run."""
        if target == "base":
            return
        up_to = self.projects[: self.projects.index(project) + 1]
        names = tuple(f"{one.name} " for one in up_to)
        steps: list[str] = []
        if adopted := self._adopted.pop(project.name, ()):
            adopt(driver(self.opened), project, adopted, self.settings.role_prefix)
            self.outcome.adopted += (f"{project.name} {one.name}" for one in adopted)
        scripts.upgrade(
            project,
            target,
            connection=self.opened,
            role_prefix=self.settings.role_prefix,
            steps=steps,
            files=self.outcome.files,
            force=project.name in self._again
            or any(step.startswith(names) for step in self.outcome.revisions),
            done={one.name for one in (*adopted, done) if one},
            count_rows=self.count_rows,
            new=project.name in self._new,
        )
        self.outcome.revisions += steps
        if project is self.projects[0] and (steps or self.outcome.files):
            self.outcome.of_core |= catalogue.read(driver(self.opened), project.schemas)

    def apply_policies(self) -> None:
        """Apply the policies files that changed, and nothing else. Raises DatabaseNotReady."""
        role_prefix = self.settings.role_prefix
        refuse_others(self.opened, self.projects, role_prefix)
        for one in self.projects:
            self.outcome.files += apply_files(
                driver(self.opened),
                one,
                role_prefix,
                force=one.name in self._again,
                policies_only=True,
            )

    def run_alone(self, project: Project, revision: PendingRevision) -> None:
        """Run a revision outside of a transaction, on a connection of its own."""
        text = render(revision.sql.read_text("utf-8"), self.settings.role_prefix)
        with connect(self.settings, "migrator", autocommit=True) as alone:
            connection.as_owner(alone, self.settings, local=False)
            execute_file(alone, revision.sql.name, text)
            run_step(alone, revision.sql.name, assert_indexes(revision.sql.name, project.schemas))
