"""``migrate``, ``plan``, ``drift`` and the offline script: one way through, four endings."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, RootTransaction, create_engine
from sqlalchemy.pool import NullPool

from orgscope.deploy import catalogue
from orgscope.deploy.files import render
from orgscope.deploy.pending import PendingRevision, pending
from orgscope.deploy.project import Project, core
from orgscope.deploy.sql import execute_file, run_query
from orgscope.deploy.verifier_settings import put_settings, settings_statement
from orgscope.errors import DatabaseNotReady
from orgscope.settings import Settings

__all__ = ["Outcome", "drift", "migrate", "offline_script", "plan"]

_LOCK: Final = 0x6F72_6773_636F_7065  # "orgscope": one deployment of a database at a time
_LOCK_TIMEOUT: Final = "10s"


@dataclass
class Outcome:
    """What a run did, or (``plan``, ``drift``) what it would do."""

    revisions: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    changes: list[catalogue.Change] = field(default_factory=list)
    settings_changed: bool = False

    def __bool__(self) -> bool:
        return bool(self.revisions or self.files or self.changes or self.settings_changed)


def migrate(settings: Settings, project: Project | None = None) -> Outcome:
    """Deploy orgscope and then ``project``: all of it, or nothing.

    Only a revision marked ``transaction: no`` splits the run: what came before it is committed, and
    it runs alone. Of several concurrent runs one works; the others wait and find nothing to do.

    Raises FileFailed (file and line), DatabaseNotReady, ConfigurationError.
    """
    outcome = Outcome()
    with _deployment(settings) as connection:
        for one in _projects(project):
            for revision in _alone(connection, settings, one):
                with _transaction(connection, settings):
                    _upgrade(connection, settings, one, outcome, target=revision.before)
                _run_alone(connection, settings, revision)
                with _transaction(connection, settings):
                    _upgrade(connection, settings, one, outcome, target=revision.name, done=revision)
        with _transaction(connection, settings):
            for one in _projects(project):
                _upgrade(connection, settings, one, outcome)
            outcome.settings_changed = put_settings(_driver(connection), settings)
    return outcome


def plan(settings: Settings, project: Project | None = None) -> Outcome:
    """Do what ``migrate`` would do, compare the catalogue before and after, and roll back.

    A ``transaction: no`` revision is listed; its effect is not in the comparison.
    """
    return _rehearse(settings, project, force=False)


def drift(settings: Settings, project: Project | None = None) -> Outcome:
    """Find what was changed by hand: apply every file again, compare, and roll back.

    What the files would change back is the drift. Pending revisions and files are reported as well.
    """
    return _rehearse(settings, project, force=True)


def offline_script(settings: Settings, project: Project | None = None) -> str:
    """Return one SQL script that brings an empty database (with its roles) to the same state.

    Run it as the migrator: ``psql --single-transaction --set ON_ERROR_STOP=1 --file script.sql``.
    """
    output = io.StringIO()
    output.write("set row_security = off;\nbegin;\n" + _bootstrap(settings.role_prefix))
    for one in _projects(project):
        command.upgrade(_config(one, settings, Outcome(), output=output), "head", sql=True)
    output.write(f"{settings_statement(settings)};\ncommit;\n")
    return output.getvalue()


def _projects(project: Project | None) -> Sequence[Project]:
    return (core(), project) if project else (core(),)


def _rehearse(settings: Settings, project: Project | None, *, force: bool) -> Outcome:
    outcome = Outcome()
    schemas = [name for one in _projects(project) for name in one.schemas]
    with _deployment(settings) as connection:
        with connection.begin():
            before = catalogue.read(_driver(connection), schemas)
        alone = {one.name: _alone(connection, settings, one) for one in _projects(project)}
        with _transaction(connection, settings) as transaction:
            for one in _projects(project):
                for revision in alone[one.name]:
                    _upgrade(connection, settings, one, outcome, target=revision.before)
                    _upgrade(connection, settings, one, outcome, target=revision.name, done=revision)
                _upgrade(connection, settings, one, outcome, force=force)
            outcome.settings_changed = put_settings(_driver(connection), settings)
            outcome.changes = catalogue.compare(before, catalogue.read(_driver(connection), schemas))
            transaction.rollback()
    return outcome


def _config(
    project: Project, settings: Settings, outcome: Outcome, **attributes: Any
) -> Config:
    config = Config(stdout=io.StringIO(), output_buffer=attributes.get("output"))
    config.set_main_option("script_location", str(project.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        project=project,
        role_prefix=settings.role_prefix,
        steps=outcome.revisions,
        files=outcome.files,
        **attributes,
    )
    return config


@contextmanager
def _deployment(settings: Settings) -> Iterator[Connection]:
    url = settings.url("migrator")
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
    )
    # The lock has a session of its own: it outlives the transactions of a run that needs several.
    with psycopg.connect(url, autocommit=True) as guard, engine.connect() as connection:
        guard.execute("select pg_catalog.pg_advisory_lock(%s::bigint)", (_LOCK,))
        yield connection


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _bootstrap(role_prefix: str) -> str:
    return (
        f"set local role {role_prefix}_owner;\n"
        f"set local lock_timeout = '{_LOCK_TIMEOUT}';\n"
        "set local client_min_messages = warning;\n"
        "create schema if not exists deploy;\n"
    )


@contextmanager
def _transaction(connection: Connection, settings: Settings) -> Iterator[RootTransaction]:
    """Open a transaction as the owner, in which a statement that row security filters raises."""
    with connection.begin() as transaction:
        driver = _driver(connection)
        driver.execute("set local row_security = off")
        try:
            run_query(driver, _bootstrap(settings.role_prefix))
        except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
            raise DatabaseNotReady(
                f"the login of ORGSCOPE_MIGRATOR_URL cannot act as {settings.role_prefix}_owner in "
                "this database. A DBA runs `orgscope roles` once; then migrate again."
            ) from error
        yield transaction


def _upgrade(
    connection: Connection,
    settings: Settings,
    project: Project,
    outcome: Outcome,
    *,
    target: str = "head",
    force: bool = False,
    done: PendingRevision | None = None,
) -> None:
    """Run the project's environment up to ``target``; ``done`` is recorded and not run."""
    if target == "base":
        return
    command.upgrade(
        _config(
            project,
            settings,
            outcome,
            connection=connection,
            force=force,
            done=done.name if done else None,
        ),
        target,
    )


def _alone(
    connection: Connection, settings: Settings, project: Project
) -> list[PendingRevision]:
    with _transaction(connection, settings):
        return [one for one in pending(connection, project) if not one.header.transactional]


def _run_alone(connection: Connection, settings: Settings, revision: PendingRevision) -> None:
    driver = _driver(connection)
    driver.autocommit = True
    try:
        run_query(driver, f"set role {settings.role_prefix}_owner")
        execute_file(driver, revision.sql.name, render(revision.sql.read_text(), settings.role_prefix))
    finally:
        run_query(driver, "reset role")
        driver.autocommit = False
