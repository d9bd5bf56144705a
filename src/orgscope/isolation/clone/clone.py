"""A clone of the database under test, and connections to it as any of its logins.

The database under test is only read: PostgreSQL copies it as a template. When somebody is connected
to it that is not possible, and ``orgscope.isolation.clone.dump`` copies its schema instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from orgscope.connection import connect, url_parts
from orgscope.database_grants import copy_grants
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.isolation.clone.dump import copy_schema
from orgscope.settings import LOGINS, Settings

__all__ = ["QUALIFY", "Clone", "cloned"]

_NAME: Final = "orgscope_isolation_"
QUALIFY: Final = "set search_path = pg_catalog"


@dataclass(frozen=True, slots=True)
class Clone:
    """Where the clone is, and how to become somebody there."""

    settings: Settings
    """The settings of the database under test; ``dba_url`` may be another server's."""
    dbname: str
    superuser: bool
    """True when the DBA may take any session's identity; else each login needs its own URL."""
    _kept: ExitStack = field(repr=False)

    @property
    def target(self) -> Settings:
        """The settings with which ``deploy.migrate`` deploys to the clone.

        Raises ConfigurationError when ``ORGSCOPE_MIGRATOR_URL`` is not set.
        """
        url = make_conninfo(self.settings.url("migrator"), dbname=self.dbname)
        return self.settings.model_copy(update={"migrator_url": SecretStr(url)})

    @contextmanager
    def connect(self, login: str | None = None) -> Iterator[psycopg.Connection[Any]]:
        """Connect in autocommit as a login of orgscope, by default as the DBA.

        A superuser becomes the login by ``set session authorization``: the passwords of a cluster
        are nothing that a test should need, and ``authz.begin`` and row security see no difference.

        Raises ConfigurationError when the DBA is no superuser and the login's URL is not set.
        """
        options: dict[str, Any] = {"dbname": self.dbname}
        if login is not None and not self.superuser:
            own = url_parts(self.settings, login)
            options |= {"user": own.get("user"), "password": own.get("password")}
        with connect(
            self.settings, "dba", **options, autocommit=True, prepare_threshold=None
        ) as connection:
            if login is not None and self.superuser:
                role = sql.Identifier(f"{self.settings.role_prefix}_{login}")
                connection.execute(sql.SQL("set session authorization {}").format(role))
            yield connection

    @contextmanager
    def sessions(self, logins: Iterable[str]) -> Iterator[Mapping[str, psycopg.Connection[Any]]]:
        """Connect as each of the logins, once."""
        with ExitStack() as stack:
            yield {one: stack.enter_context(self.connect(one)) for one in dict.fromkeys(logins)}

    def keep(self, login: str) -> psycopg.Connection[Any]:
        """Connect as ``connect`` does, until the clone is dropped."""
        return self._kept.enter_context(self.connect(login))

    @contextmanager
    def catalogue(self) -> Iterator[psycopg.Connection[Any]]:
        """Connect as the DBA where every name is printed with its schema.

        Actors have other search paths, and each must find the types of an extension.
        """
        with self.connect() as connection:
            connection.execute(QUALIFY)
            yield connection

    @contextmanager
    def owner(self, *, row_security: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Connect as the migrator that acts as the owner, like a migration does."""
        with self.connect("migrator") as connection:
            self.become(connection, "owner")
            connection.execute(f"set row_security = {'on' if row_security else 'off'}")
            yield connection

    def become(self, connection: psycopg.Connection[Any], group: str) -> None:
        """Set the role of a session of the migrator."""
        role = sql.Identifier(f"{self.settings.role_prefix}_{group}")
        connection.execute(sql.SQL("set role {}").format(role))


@contextmanager
def cloned(settings: Settings) -> Iterator[Clone]:
    """Make a clone of the database of ``ORGSCOPE_DBA_URL``, and drop it whatever happens.

    Raises ConfigurationError when the URL is not set; DatabaseNotReady when the DBA may not create
    databases; ServerFailed when a schema could not be copied.
    """
    source = str(url_parts(settings, "dba").get("dbname") or "postgres")
    name = _NAME + secrets.token_hex(6)
    with _maintenance(settings, source) as connection:
        superuser = _is_superuser(connection)
        # Who may not become anybody without their password tries on a server of its own.
        apart = not superuser and _lacks_a_login(settings)
        if apart or _is_used(connection, source) or not _create(connection, name, source):
            with copy_schema(settings, connection, name, superuser=superuser) as target:
                if superuser:  # else the copy is on a server of its own, with grants of its own
                    copy_grants(connection, source=source, to=name)
                with ExitStack() as kept:
                    yield Clone(target, name, superuser=True, _kept=kept)
            return
        try:
            copy_grants(connection, source=source, to=name)
            with ExitStack() as kept:
                yield Clone(settings, name, superuser, kept)
        finally:
            # Only a superuser may end other roles' sessions; anybody else's DROP waits for our own.
            force = sql.SQL(" with (force)" if superuser else "")
            drop = sql.SQL("drop database if exists {}{}").format(sql.Identifier(name), force)
            connection.execute(drop)


def _lacks_a_login(settings: Settings) -> bool:
    return any(getattr(settings, f"{login}_url") is None for login in LOGINS)


@contextmanager
def _maintenance(settings: Settings, source: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect as the DBA to a database that is not the one to copy."""
    other = "template1" if source == "postgres" else "postgres"
    with connect(settings, "dba", dbname=other, autocommit=True) as connection:
        yield connection


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        "select rolsuper from pg_catalog.pg_roles where rolname = current_user"
    ).fetchone()
    return bool(row and row[0])


def _is_used(connection: psycopg.Connection[Any], dbname: str) -> bool:
    """Say whether a client is connected; asked first, because CREATE DATABASE waits for 5 s."""
    row = connection.execute(
        "select count(*) from pg_catalog.pg_stat_activity "
        "where datname = %s and coalesce(backend_type, 'client backend') = 'client backend'",
        (dbname,),
    ).fetchone()
    return bool(row and row[0])


def _create(connection: psycopg.Connection[Any], name: str, source: str) -> bool:
    """Copy the database; return False when somebody is connected to it."""
    query = sql.SQL("create database {} template {}")
    try:
        connection.execute(query.format(sql.Identifier(name), sql.Identifier(source)))
    except psycopg.errors.ObjectInUse:
        return False
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseNotReady(
            f"the login of ORGSCOPE_DBA_URL may not clone the database {source}. It needs CREATEDB "
            "and must own the database: `alter role … createdb`, `alter database … owner to …`."
        ) from error
    except psycopg.errors.InvalidCatalogName as error:
        raise ConfigurationError(
            f"there is no database {source}. Name one that `orgscope migrate` deployed."
        ) from error
    return True
