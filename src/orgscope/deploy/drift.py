"""What was changed by hand: the catalogue beside what the deployments left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import psycopg

from orgscope.deploy import catalogue, connection
from orgscope.deploy.catalogue import Catalogue, Change
from orgscope.deploy.outcome import Outcome
from orgscope.deploy.policies_only import is_of_policies
from orgscope.deploy.sql import driver
from orgscope.errors import DatabaseNotReady
from orgscope.project import Project
from orgscope.settings import Settings

__all__ = ["by_hand", "find_drift", "schemas_of", "to_repair"]


def find_drift(
    settings: Settings, projects: Sequence[Project], *, accept: bool, policies_only: bool
) -> Outcome:
    """Return what was changed by hand, which is recorded as right with ``accept``.

    Raises DatabaseNotReady when nothing was deployed.
    """
    schemas = schemas_of(projects)
    with connection.deployment(settings) as opened, opened.begin():
        connection.as_owner(driver(opened), settings)
        now = catalogue.read(driver(opened), schemas)
        try:
            changes = by_hand(driver(opened), schemas, now, policies_only=policies_only)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise DatabaseNotReady(
                "orgscope is not deployed in this database. Run `orgscope migrate`."
            ) from error
        if accept:
            catalogue.record(driver(opened), changes)
    return Outcome(changes=changes)


def by_hand(
    opened: psycopg.Connection[Any],
    schemas: Sequence[str],
    now: Catalogue,
    *,
    policies_only: bool = False,
) -> list[Change]:
    """Compare what ``now`` holds of ``schemas`` with what the deployments left behind."""
    standing = {key: definition for key, definition in now.items() if key[0] in schemas}
    changes = catalogue.compare(catalogue.recorded(opened, schemas), standing)
    return [change for change in changes if not policies_only or is_of_policies(change)]


def to_repair(changes: Collection[Change], projects: Iterable[Project]) -> frozenset[str]:
    """Return the names of the projects whose files put ``changes`` right, if a file does.

    A project may have triggers in the schemas of orgscope: after orgscope's files come its own.
    """
    found: set[str] = set()
    for project in projects:
        if found or not {change.schema for change in changes}.isdisjoint(project.schemas):
            found.add(project.name)
    return frozenset(found)


def schemas_of(projects: Iterable[Project]) -> list[str]:
    """Return the schemas of orgscope and the project."""
    return [schema for project in projects for schema in project.schemas]
