"""Look at the database, at WorkOS and at this process; say what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import httpx2
import psycopg

from orgscope.connection import connect
from orgscope.doctor import workos
from orgscope.doctor.deployment import check_deployment
from orgscope.doctor.findings import Finding, Level, What, exit_code, fail, ok, unseen, warn
from orgscope.doctor.logins import CONNECT_TIMEOUT_S, check_logins
from orgscope.doctor.mirror import check_heartbeat, check_mirror
from orgscope.doctor.ownership import check_ownership
from orgscope.doctor.pooler import check_pooler
from orgscope.doctor.process import check_process
from orgscope.doctor.roles import check_roles
from orgscope.doctor.server import check_server
from orgscope.errors import ConfigurationError, DatabaseNotReady, OrgscopeError
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["Finding", "Level", "What", "examine", "exit_code"]

_EXAMINERS: Final = ("monitor", "keys")
"""The doctor connects as the first of these whose URL is set."""

_LOCK_TIMEOUT: Final = "set local lock_timeout = '5s'"
"""A deployment that is under way holds locks, and the doctor does not wait for its end."""

Check: TypeAlias = Callable[[psycopg.Connection[Any]], Iterator[Finding]]


def examine(
    settings: Settings, *, transport: httpx2.AsyncBaseTransport | None = None
) -> Iterator[Finding]:
    """Look at everything; each finding comes as soon as it is known. Nothing is changed.

    WorkOS is asked for what everybody may read, without the API key; ``transport`` replaces the
    network. As the login ``api`` a setting is left in a session and taken away again.
    """
    yield from check_process(settings)
    yield from check_logins(settings)
    answers = None if settings.workos_client_id is None else workos.ask(settings, transport)
    if answers is not None:
        yield from workos.check_clock(answers, settings)
    yield from _examine_database(settings, answers)
    yield from check_pooler(settings)


def _examine_database(settings: Settings, answers: workos.Answers | None) -> Iterator[Finding]:
    login = next((one for one in _EXAMINERS if getattr(settings, f"{one}_url") is not None), None)
    if login is None:
        yield unseen(
            What.DATABASE,
            "Neither ORGSCOPE_MONITOR_URL nor ORGSCOPE_KEYS_URL is set.",
            "Set ORGSCOPE_MONITOR_URL (see docs/reference/settings.md).",
        )
        return
    try:
        connection = connect(
            settings,
            login,
            connect_timeout=CONNECT_TIMEOUT_S,
            autocommit=True,
            prepare_threshold=None,
        )
    except (ConfigurationError, DatabaseNotReady) as error:
        yield unseen(
            What.DATABASE,
            " ".join(str(error).split()),
            f"See ORGSCOPE_{login.upper()}_URL, the server's log and pg_hba.conf.",
        )
        return
    with connection:
        yield _connected(connection, f"{settings.role_prefix}_{login}")
        project = None
        if settings.project is not None:
            try:
                project = Project.load(settings.project)
            except ConfigurationError as error:
                yield fail(What.PROJECT_VERSION, str(error), "Name the project with --project.")
        for name, check in _checks(settings, project, answers):
            try:
                with connection.transaction():
                    connection.execute(_LOCK_TIMEOUT)
                    yield from check(connection)
            except psycopg.Error as error:
                yield unseen(
                    What.DATABASE,
                    f"The check of the {name} could not look (SQLSTATE {error.sqlstate}).",
                    f"The login '{login}' lacks a privilege, a deployment holds a lock, or the "
                    "connection broke: run orgscope migrate, and orgscope doctor again.",
                )
            except OrgscopeError as error:
                yield unseen(
                    What.DATABASE,
                    f"The check of the {name} could not look: {error}",
                    "Mend the file that is named, and run orgscope doctor again.",
                )


def _connected(connection: psycopg.Connection[Any], expected: str) -> Finding:
    user = connection.info.user
    if user != expected:
        return warn(
            What.DATABASE,
            f"Connected as {user}, not as {expected}.",
            f"Let whoever only looks be {expected} (see docs/reference/settings.md).",
        )
    return ok(What.DATABASE, f"Connected as {user}.")


def _checks(
    settings: Settings, project: Project | None, answers: workos.Answers | None
) -> Iterator[tuple[str, Check]]:
    projects = [core()] if project is None else [core(), project]
    yield "server", lambda connection: check_server(connection, settings)
    yield "roles", lambda connection: check_roles(connection, settings)
    yield "owners", lambda connection: check_ownership(connection, settings, projects)
    yield "deployment", lambda connection: check_deployment(connection, settings, project)
    if answers is not None:
        yield "served keys", lambda connection: workos.check_served_keys(answers, connection)
        yield "issuer", lambda connection: workos.check_issuer(answers, connection)
    yield "heartbeat", lambda connection: check_heartbeat(connection, settings)
    yield "mirror", lambda connection: check_mirror(connection, settings)
