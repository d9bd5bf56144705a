"""``migrate``, ``plan``, ``drift`` and the scripts for psql."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import psycopg

from orgscope.deploy import connection, offline
from orgscope.deploy.drift import find_drift, to_repair
from orgscope.deploy.outcome import Outcome
from orgscope.deploy.run import Run
from orgscope.deploy.sql import driver
from orgscope.deploy.verifier_settings import put_settings
from orgscope.errors import FileFailed
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["accept_drift", "drift", "migrate", "offline_script", "plan", "planned_script"]

_MOST_TRIES: Final = 3


def migrate(
    settings: Settings,
    project: Project | None = None,
    *,
    count_rows: bool = True,
    policies_only: bool = False,
    repair: bool = False,
) -> Outcome:
    """Deploy orgscope and then ``project``: all of it, or nothing.

    Only a revision marked ``transaction: no`` splits the run: what came before it is committed, and
    it runs alone. Of several concurrent runs one works; the others wait and find nothing to do. It
    locks many tables, and webhooks lock the same in another order: where PostgreSQL chose it to end
    a deadlock, it begins again, at most twice, and first holds off all that comes in. Without
    ``count_rows`` a revision may touch another number of rows than its header states, as in a copy
    that does not have them. With ``policies_only`` nothing but policies files is applied. With
    ``repair`` the files are applied again beside whose objects something was changed by hand; what
    no file makes stays as it is, and is in ``drift`` of the outcome.

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
                repair=repair,
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
    repair: bool,
) -> Outcome:
    with connection.deployment(settings) as opened:
        run = Run(
            opened, settings, _projects(project), policies_only, repair, hold_events, count_rows
        )
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
    settings: Settings,
    project: Project | None = None,
    *,
    policies_only: bool = False,
    repair: bool = False,
) -> Outcome:
    """Do what ``migrate`` would do, compare the catalogue before and after, and roll back.

    A ``transaction: no`` revision is listed; its effect is not in the comparison. With
    ``policies_only`` and ``repair``, what ``migrate`` would do with them. Raises as it does.
    """
    with connection.deployment(settings) as opened:
        run = Run(opened, settings, _projects(project), policies_only, repair)
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
    return find_drift(settings, _projects(project), accept=False, policies_only=policies_only)


def accept_drift(
    settings: Settings, project: Project | None = None, *, policies_only: bool = False
) -> Outcome:
    """Take what was changed by hand as right, and return what that was.

    Also after an upgrade of the server, which may write the same definitions in other words. With
    ``policies_only``, what `drift` names then. Raises DatabaseNotReady when nothing was deployed.
    """
    return find_drift(settings, _projects(project), accept=True, policies_only=policies_only)


def offline_script(settings: Settings, project: Project | None = None) -> str:
    """Return one script for psql that brings an empty database (with its roles) to the same state.

    Run it as the migrator: ``psql --no-psqlrc --quiet --file script.sql``. Raises
    ConfigurationError, FileFailed.
    """
    return offline.script(settings, _projects(project), offline.Start())


def planned_script(
    settings: Settings,
    project: Project | None = None,
    *,
    policies_only: bool = False,
    repair: bool = False,
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
    if repair:
        changes = drift(settings, project, policies_only=policies_only).changes
        begin_at = replace(begin_at, current=begin_at.current - to_repair(changes, projects))
    return offline.script(settings, projects, begin_at, policies_only=policies_only)


def _projects(project: Project | None) -> Sequence[Project]:
    return (core(), project) if project else (core(),)
