"""Is the database the one that this code and these settings were made for?

Every process asks before its first query, so nothing here needs what only a deployment needs.
"""

from __future__ import annotations

from typing import Any

import psycopg

from orgscope.errors import SettingsMismatch, VersionMismatch
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["check_settings", "check_version", "check_versions", "verifier_settings"]


def check_versions(connection: psycopg.Connection[Any], settings: Settings) -> None:
    """Do what `check_version` does for core, and for the project of the settings where one is set.

    Raises ConfigurationError when the project's folder is none.
    """
    check_version(connection, core())
    if settings.project is not None:
        check_version(connection, Project.load(settings.project))


def check_version(connection: psycopg.Connection[Any], project: Project) -> None:
    """Compare the revisions in the database with those that the code knows; any login may ask.

    Raises VersionMismatch when the database lacks one, or has a breaking one that is not known;
    FileFailed when the files cannot be read.
    """
    known = project.revisions()
    try:
        with connection.transaction():
            # The migrator's login has row_security = off, under which a policy's rows would raise.
            connection.execute("set local row_security = on")
            rows = connection.execute(
                "select revision, breaking from deploy.revisions where project = %s",
                (project.name,),
            ).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
        raise VersionMismatch(
            "orgscope is not deployed in this database. Run `orgscope migrate`."
        ) from error
    if missing := sorted(known - {revision for revision, _ in rows}):
        raise VersionMismatch(
            f"the database lacks revision {missing[0]} of {project.name}. Run `orgscope migrate`."
        )
    if ahead := sorted(
        revision for revision, breaking in rows if breaking and revision not in known
    ):
        raise VersionMismatch(
            f"the database has revision {ahead[0]} of {project.name}, with which this version of "
            "the code cannot work. Deploy the newer code."
        )


def check_settings(connection: psycopg.Connection[Any], settings: Settings) -> None:
    """Compare what this process accepts with what the database's verifier accepts.

    Raises SettingsMismatch, which names the settings that differ; SettingsMissing (WS307).
    """
    row = connection.execute("select authz.current_settings()").fetchone()
    database = row[0] if row else {}
    ours = verifier_settings(settings)
    if differing := sorted(key for key in ours if ours[key] != database.get(key)):
        raise SettingsMismatch(
            f"this process and authz.settings differ in {', '.join(differing)}. Run "
            "`orgscope migrate` with the settings that are right, and give every process the same."
        )


def verifier_settings(settings: Settings) -> dict[str, Any]:
    """Return the part of the settings that both verifiers must share."""
    return {
        "issuers": sorted(settings.accepted_issuers),
        "audiences": sorted(settings.workos_audience),
        "client_id": settings.required("workos_client_id"),
        "leeway_s": settings.token_leeway_s,
        "max_age_s": settings.token_max_age_s,
        "standby_max_lag_s": settings.standby_max_lag_s,
        "role_source": settings.role_source,
    }
