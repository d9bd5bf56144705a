"""Copies the schema of a database that is in use, by ``pg_dump`` and ``psql``.

A superuser's copy lies on the same server. Anybody else's lies on an embedded server, because only
a superuser may give objects to the roles that own them. Of the rows only those are copied without
which no event is applied and no token verified, ``sync.families`` and the verifier's settings, and
what ``deploy`` remembers of the deployments.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from orgscope.connection import connect, url_parts
from orgscope.deploy import create_roles
from orgscope.embedded import ServerFailed, temporary_server
from orgscope.embedded.client import run_client
from orgscope.settings import LOGINS, Settings

__all__ = ["copy_schema"]

_FAMILIES: Final = "select to_jsonb(f) from sync.families as f"
_PUT_FAMILY: Final = (
    "insert into sync.families select * from jsonb_populate_record(null::sync.families, %s)"
)
_PARTS: Final = (("--schema-only",), ("--data-only", "--schema=deploy"))


@contextmanager
def copy_schema(
    settings: Settings, connection: psycopg.Connection[Any], name: str, *, superuser: bool
) -> Iterator[Settings]:
    """Make the database ``name`` with the schema of the one under test, and drop it at the end.

    ``connection`` is the DBA's, to another database of the server. Yields the settings with which
    the copy is reached; their DBA is a superuser.

    Raises ServerFailed, with what pg_dump or psql printed; ConfigurationError when the DBA is no
    superuser and ``ORGSCOPE_MIGRATOR_URL`` is not set.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="orgscope-dump-")))
        scripts = [folder / f"{number}.sql" for number in range(len(_PARTS))]
        for part, script in zip(_PARTS, scripts, strict=True):
            _dump(settings, part, script, superuser=superuser)
        settings_there, connection_there = settings, connection
        if not superuser:
            settings_there, connection_there = stack.enter_context(_own_server(settings))
        database = sql.Identifier(name)
        connection_there.execute(sql.SQL("create database {} template template0").format(database))
        stack.callback(
            connection_there.execute,
            sql.SQL("drop database if exists {} with (force)").format(database),
        )
        target = settings_there.model_copy(
            update={"dba_url": SecretStr(make_conninfo(settings_there.url("dba"), dbname=name))}
        )
        if not superuser:
            create_roles(target)
            _create_other_roles(connection, connection_there)
        for script in scripts:
            _program(
                "psql", target.url("dba"), ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
            )
        _copy_rows(settings, target, superuser=superuser)
        yield target


def _dump(settings: Settings, part: Sequence[str], script: Path, *, superuser: bool) -> None:
    words = [*part, "--file", str(script)]
    if not superuser:
        words.append(f"--role={settings.role_prefix}_owner")
        settings = _as_migrator(settings)
    _program("pg_dump", settings.url("dba"), words)


def _as_migrator(settings: Settings) -> Settings:
    """Return the settings with the migrator in the DBA's place."""
    own = url_parts(settings, "migrator")
    url = make_conninfo(settings.url("dba"), user=own.get("user"), password=own.get("password"))
    return settings.model_copy(update={"dba_url": SecretStr(url)})


@contextmanager
def _own_server(settings: Settings) -> Iterator[tuple[Settings, psycopg.Connection[Any]]]:
    with temporary_server() as server:
        urls: dict[str, Any] = {f"{login}_url": None for login in LOGINS}
        urls["dba_url"] = SecretStr(server.url())
        migrator = {"user": f"{settings.role_prefix}_migrator", "password": token_urlsafe(24)}
        urls["migrator_url"] = SecretStr(server.url(**migrator))
        there = settings.model_copy(update=urls)
        with connect(there, "dba", autocommit=True) as connection:
            yield there, connection


def _create_other_roles(source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> None:
    """Create the roles of the source that the target lacks: its grants and policies name them."""
    query = "select rolname from pg_catalog.pg_roles where rolname !~ '^pg_'"
    known = {name for (name,) in target.execute(query).fetchall()}
    for (name,) in source.execute(query).fetchall():
        if name not in known:
            target.execute(sql.SQL("create role {} noinherit").format(sql.Identifier(name)))


def _copy_rows(source: Settings, target: Settings, *, superuser: bool) -> None:
    prefix = source.role_prefix
    here = source if superuser else _as_migrator(source)
    with connect(here, "dba") as connection, connect(target, "dba") as copy:
        for one in (connection, copy):
            one.execute(sql.SQL("set role {}").format(sql.Identifier(f"{prefix}_definer")))
            one.execute("set row_security = on")
        for (family,) in connection.execute(_FAMILIES).fetchall():
            copy.execute(_PUT_FAMILY, (json.dumps(family),))
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(f"{prefix}_sealer")))
        copy.execute(sql.SQL("set role {}").format(sql.Identifier(f"{prefix}_owner")))
        row = connection.execute("select authz.current_settings()").fetchone()
        copy.execute("select authz.put_settings(%s::jsonb)", (json.dumps(row[0] if row else None),))


def _program(name: str, url: str, words: Sequence[str]) -> None:
    try:
        run_client(name, url, words)
    except ServerFailed as error:
        raise ServerFailed(
            "The schema could not be copied. Disconnect everybody from the database, or mend "
            f"this: {error}"
        ) from error
