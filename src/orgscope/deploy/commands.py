"""``migrate``, ``plan``, ``drift`` and the scripts for psql."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import psycopg
from sqlalchemy import Connection, RootTransaction

from orgscope.connection import connect
from orgscope.deploy import catalogue, connection, offline, scripts
from orgscope.deploy.adoption import adopt, find_adopted
from orgscope.deploy.applied import apply_files
from orgscope.deploy.files import render
from orgscope.deploy.outcome import Outcome
from orgscope.deploy.pending import PendingRevision, pending
from orgscope.deploy.policies_only import is_of_policies, refuse_others
from orgscope.deploy.revision import assert_indexes
from orgscope.deploy.sql import driver, execute_file, run_step
from orgscope.deploy.verifier_settings import put_settings
from orgscope.errors import DatabaseNotReady, FileFailed
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["accept_drift", "drift", "migrate", "offline_script", "plan", "planned_script"]

_MOST_TRIES: Final = 3

_HOLD_EVENTS: Final = "lock table sync.families in exclusive mode"
"""Whatever brings objects in locks this table first: see ``sync.erased_in``."""


def migrate(
    settings: Settings,
    project: Project | None = None,
    *,
    count_rows: bool = True,
    policies_only: bool = False,
) -> Outcome:
    """Deploy orgscope and then ``project``: all of it, or nothing.

    Only a revision marked ``transaction: no`` splits the run: what came before it is committed, and
    it runs alone. Of several concurrent runs one works; the others wait and find nothing to do. It
    locks many tables, and webhooks lock the same in another order: where PostgreSQL chose it to end
    a deadlock, it begins again, at most twice, and first holds off all that comes in. Without
    ``count_rows`` a revision may touch another number of rows than its header states, as in a copy
    that does not have them. With ``policies_only`` nothing but policies files is applied.

    Raises FileFailed (file and line), VersionMismatch when the database is ahead of the files,
    DatabaseNotReady, also with ``policies_only`` when something waits that policies may depend on,
    ConfigurationError.
    """
    tries = 0
    while True:
        tries += 1
        try:
            return _migrate(
                settings,
                project,
                hold_events=tries > 1,
                count_rows=count_rows,
                policies_only=policies_only,
            )
        except FileFailed as error:
            if tries == _MOST_TRIES or not isinstance(
                error.__cause__, psycopg.errors.DeadlockDetected
            ):
                raise


def _migrate(
    settings: Settings,
    project: Project | None,
    *,
    hold_events: bool,
    count_rows: bool,
    policies_only: bool,
) -> Outcome:
    with connection.deployment(settings) as opened:
        run = _Run(opened, settings, _projects(project), hold_events, count_rows)
        if policies_only:
            with run.transaction():
                run.apply_policies()
            return run.outcome
        for index, one in enumerate(run.projects):
            for revision in run.alone(one):
                with run.transaction():
                    for earlier in run.projects[:index]:
                        run.upgrade(earlier)
                    run.upgrade(one, revision.before)
                run.run_alone(one, revision)
                with run.transaction():
                    run.upgrade(one, revision.name, done=revision)
        with run.transaction():
            for one in run.projects:
                run.upgrade(one)
            run.outcome.settings_changed = put_settings(driver(opened), settings)
    return run.outcome


def plan(
    settings: Settings, project: Project | None = None, *, policies_only: bool = False
) -> Outcome:
    """Do what ``migrate`` would do, compare the catalogue before and after, and roll back.

    A ``transaction: no`` revision is listed; its effect is not in the comparison. With
    ``policies_only``, what ``migrate`` would do with it. Raises as ``migrate`` does.
    """
    with connection.deployment(settings) as opened:
        run = _Run(opened, settings, _projects(project))
        alone = (
            []
            if policies_only
            else [(one, revision) for one in run.projects for revision in run.alone(one)]
        )
        with run.transaction() as transaction:
            if policies_only:
                run.apply_policies()
            else:
                for one in run.projects:
                    for revision in (revision for of, revision in alone if of is one):
                        run.upgrade(one, revision.before)
                        run.upgrade(one, revision.name, done=revision)
                    run.upgrade(one)
                run.outcome.settings_changed = put_settings(driver(opened), settings)
            run.note_changes()
            transaction.rollback()
    return run.outcome


def drift(
    settings: Settings, project: Project | None = None, *, policies_only: bool = False
) -> Outcome:
    """Compare the database with what the last ``migrate`` left behind; take no lock on any table.

    With ``policies_only``, row security, policies, and grants on tables and columns.
    Raises DatabaseNotReady when nothing was deployed.
    """
    return _drift(settings, project, accept=False, policies_only=policies_only)


def accept_drift(
    settings: Settings, project: Project | None = None, *, policies_only: bool = False
) -> Outcome:
    """Take what was changed by hand as right, and return what that was.

    Also after an upgrade of the server, which may write the same definitions in other words. With
    ``policies_only``, what `drift` names then. Raises DatabaseNotReady when nothing was deployed.
    """
    return _drift(settings, project, accept=True, policies_only=policies_only)


def offline_script(settings: Settings, project: Project | None = None) -> str:
    """Return one script for psql that brings an empty database (with its roles) to the same state.

    Run it as the migrator: ``psql --no-psqlrc --quiet --file script.sql``. Raises
    ConfigurationError, FileFailed.
    """
    return offline.script(settings, _projects(project), offline.Start())


def planned_script(
    settings: Settings, project: Project | None = None, *, policies_only: bool = False
) -> str:
    """Return one script for psql that does in this database what ``migrate`` would do.

    It refuses a database that was deployed to in between. Run it as `offline_script`; call `plan`
    before, which raises where a part of it would fail. Raises VersionMismatch, ConfigurationError,
    FileFailed.
    """
    projects = _projects(project)
    with connection.deployment(settings) as opened, opened.begin():
        connection.as_owner(driver(opened), settings)
        begin_at = offline.start(opened, projects)
    return offline.script(settings, projects, begin_at, policies_only=policies_only)


def _projects(project: Project | None) -> Sequence[Project]:
    return (core(), project) if project else (core(),)


def _schemas(projects: Sequence[Project]) -> list[str]:
    return [schema for project in projects for schema in project.schemas]


def _drift(
    settings: Settings, project: Project | None, *, accept: bool, policies_only: bool
) -> Outcome:
    schemas = _schemas(_projects(project))
    with connection.deployment(settings) as opened, opened.begin():
        connection.as_owner(driver(opened), settings)
        now = catalogue.read(driver(opened), schemas)
        try:
            changes = catalogue.compare(catalogue.recorded(driver(opened), schemas), now)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise DatabaseNotReady(
                "orgscope is not deployed in this database. Run `orgscope migrate`."
            ) from error
        if policies_only:
            changes = [change for change in changes if is_of_policies(change)]
        if accept:
            catalogue.record(driver(opened), changes)
    return Outcome(changes=changes)


@dataclass
class _Run:
    """One deployment: where it is, what it has done."""

    opened: Connection
    settings: Settings
    projects: Sequence[Project]
    hold_events: bool = False
    count_rows: bool = True
    outcome: Outcome = field(default_factory=Outcome)
    _known: catalogue.Catalogue = field(init=False)
    _new: set[str] = field(init=False)
    """The projects of which the database has no revision yet."""
    _adopted: dict[str, Sequence[PendingRevision]] = field(init=False)
    """Project -> the revisions that are compared with what stands there, and not run."""

    def __post_init__(self) -> None:
        with self.opened.begin():
            connection.as_owner(driver(self.opened), self.settings)
            self._known = catalogue.read(driver(self.opened), _schemas(self.projects))
            waiting = {one.name: pending(self.opened, one) for one in self.projects}
            self._adopted = find_adopted(driver(self.opened), self.projects, waiting)
        self._new = {name for name, found in waiting.items() if found and found[0].before == "base"}

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
        now = catalogue.read(driver(self.opened), _schemas(self.projects))
        changes = catalogue.compare(self._known, now)
        self._known = now
        self.outcome.changes += changes
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
            force=any(step.startswith(names) for step in self.outcome.revisions),
            done={one.name for one in (*adopted, done) if one},
            count_rows=self.count_rows,
            new=project.name in self._new,
        )
        self.outcome.revisions += steps

    def apply_policies(self) -> None:
        """Apply the policies files that changed, and nothing else. Raises DatabaseNotReady."""
        role_prefix = self.settings.role_prefix
        refuse_others(self.opened, self.projects, role_prefix)
        for one in self.projects:
            self.outcome.files += apply_files(
                driver(self.opened), one, role_prefix, policies_only=True
            )

    def run_alone(self, project: Project, revision: PendingRevision) -> None:
        """Run a revision outside of a transaction, on a connection of its own."""
        text = render(revision.sql.read_text("utf-8"), self.settings.role_prefix)
        with connect(self.settings, "migrator", autocommit=True) as alone:
            connection.as_owner(alone, self.settings, local=False)
            execute_file(alone, revision.sql.name, text)
            run_step(alone, revision.sql.name, assert_indexes(revision.sql.name, project.schemas))
