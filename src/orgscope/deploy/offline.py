"""One script for psql that does what ``migrate`` would do, in an empty or in a given database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from orgscope.deploy import catalogue, connection, scripts
from orgscope.deploy.adoption import find_adopted
from orgscope.deploy.applied import applied, files_script
from orgscope.deploy.pending import current_revision, pending
from orgscope.deploy.sql import driver
from orgscope.deploy.verifier_settings import settings_statement
from orgscope.project import Project
from orgscope.settings import Settings

__all__ = ["Start", "script", "start"]

_IS_DEPLOYED: Final = "select pg_catalog.to_regclass('deploy.applied_files') is not null"
_STATE: Final = """select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
    pg_catalog.string_agg(s.line, e'\\n' order by s.line collate "C"), 'UTF8')), 'hex')
  from (select pg_catalog.format('%s %s', r.project, r.revision) as line from deploy.revisions as r
    union all
    select pg_catalog.format('%s %s %s', f.project, f.path, f.sha256)
    from deploy.applied_files as f) as s"""
_REQUIRE_STATE: Final = """do $$ begin if ({state}) is distinct from '{digest}' then
  raise exception 'this database was deployed to since the script was written: write it again';
end if; end $$;"""
_REQUIRE_NOTHING: Final = """do $$ begin if ({is_deployed}) then
  raise exception 'this database is not empty: write the script with orgscope plan --sql';
end if; end $$;"""


@dataclass(frozen=True, slots=True)
class Start:
    """What a database has before the script runs; by default nothing."""

    digest: str | None = None
    """Of its revisions and files, None for an empty one."""
    heads: Mapping[str, str | None] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Project -> path -> digest."""
    current: frozenset[str] = frozenset()
    """The projects whose files are applied only where they changed."""
    adopted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Project -> its revisions that stand there already."""
    standing: Mapping[str, str] = field(default_factory=dict)
    """The digest of what stands in the schemas of each of these projects."""


def start(opened: Connection, projects: Sequence[Project]) -> Start:
    """Read what the database has; as the owner, in a transaction.

    Raises VersionMismatch when the database is ahead of the files, FileFailed for a wrong header.
    """
    waiting = {one.name: pending(opened, one) for one in projects}
    found = find_adopted(driver(opened), projects, waiting)
    adopted = {name: frozenset(one.name for one in revisions) for name, revisions in found.items()}
    standing = {
        one.name: catalogue.digest(driver(opened), one.schemas)
        for one in projects
        if one.name in adopted
    }
    if driver(opened).execute(_IS_DEPLOYED).fetchone() != (True,):
        return Start(adopted=adopted, standing=standing)
    row = driver(opened).execute(_STATE).fetchone()
    return Start(
        str(row and row[0]),
        {one.name: current_revision(opened, one) for one in projects},
        {one.name: applied(driver(opened), one) for one in projects},
        frozenset(one.name for one in projects if not waiting[one.name]),
        adopted,
        standing,
    )


def script(
    settings: Settings,
    projects: Sequence[Project],
    begin_at: Start,
    *,
    policies_only: bool = False,
) -> str:
    """Return the script for a database that is as ``begin_at`` says; it refuses any other.

    Run it as the migrator: ``psql --no-psqlrc --file script.sql``. Raises ConfigurationError,
    FileFailed.
    """
    schemas = [schema for project in projects for schema in project.schemas]
    opening = connection.opening(settings.role_prefix)
    # What is adopted is recorded as if it were new.
    before = [
        schema
        for project in projects
        if project.name not in begin_at.standing
        for schema in project.schemas
    ]
    remember = catalogue.remember_statement(before)
    record = catalogue.record_statement(schemas)
    parts = [
        "\\set ON_ERROR_STOP on\n\\encoding UTF8",
        connection.one_at_a_time(),
        connection.begin_as_owner(settings.role_prefix),
        _guard(begin_at),
        *(
            catalogue.require_digest(one.schemas, begin_at.standing[one.name])
            for one in projects
            if one.name in begin_at.standing
        ),
        f"{remember}\ncommit;",
        opening,
    ]
    force = False
    for project in projects:
        force = force or project.name not in begin_at.current
        known = begin_at.files.get(project.name, {})
        if policies_only:
            parts.append(
                files_script(project, settings.role_prefix, known, force=force, policies_only=True)
            )
            continue
        head = begin_at.heads.get(project.name)
        parts.append(
            scripts.upgrade(
                project,
                f"{head}:head" if head else "head",
                offline=True,
                role_prefix=settings.role_prefix,
                known=known,
                done=begin_at.adopted.get(project.name, frozenset()),
                force=force,
                closing=f"{record}\n{remember}\ncommit;",
                opening=opening,
            )
        )
    if not policies_only:
        parts.append(f"{settings_statement(settings)};")
    return "\n".join((*parts, record, "commit;\n"))


def _guard(begin_at: Start) -> str:
    if begin_at.digest is None:
        return _REQUIRE_NOTHING.format(is_deployed=_IS_DEPLOYED)
    return _REQUIRE_STATE.format(state=_STATE, digest=begin_at.digest)
