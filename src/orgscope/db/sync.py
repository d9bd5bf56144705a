"""The twins without async: the same contexts, for Django, Flask, scripts and threads.

    with Database(Settings()) as database:
        with get_org_scoped_db(principal, database=database) as session:
            session.scalars(select(Event)).all()

What is sent, what is refused, what ends a lease and when a backend is dropped is decided once, in
``orgscope.db.context``, ``connection`` and ``engine``. Here are the steps of
``orgscope.db.Database`` once more, with a thread that waits in place of a task.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

from psycopg_pool import ConnectionPool
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection as SqlConnection
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import NullPool

from orgscope.authz import OrgPrincipal, Principal
from orgscope.db.connection import ScopedConnection
from orgscope.db.context import Opening, RequestInfo
from orgscope.db.engine import (
    CLUSTER,
    ENGINE_OPTIONS,
    driver_options,
    not_nested,
    raise_ours,
    refuse_unless_embedded,
)
from orgscope.db.verify import verify_deployment
from orgscope.errors import (
    MembershipUnknown,
    TransactionUnusable,
    UserUnknown,
)
from orgscope.settings import Settings
from orgscope.tracing import span

__all__ = [
    "Database",
    "get_admin_db",
    "get_dev_db",
    "get_legacy_db",
    "get_org_scoped_db",
    "get_user_scoped_db",
]


class Database:
    """The scoped connections of one process; see ``orgscope.db.Database`` for each method."""

    def __init__(
        self, settings: Settings, *, on_unknown: Callable[[Principal], bool] | None = None
    ) -> None:
        self.settings = settings
        self.on_unknown = on_unknown
        self._pools: dict[str, ConnectionPool[ScopedConnection]] = {}
        self._engines: dict[str, Engine] = {}
        self._opening = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every pool."""
        with self._opening:
            for engine in self._engines.values():
                engine.dispose()
            for pool in self._pools.values():
                pool.close()
            self._engines.clear()
            self._pools.clear()

    def org_scoped(
        self, principal: OrgPrincipal, *, readonly: bool = False, request: RequestInfo | None = None
    ) -> AbstractContextManager[Session]:
        """Open a session scoped to the organization of the token."""
        return self._session(
            Opening.of_principal(
                principal, "organization", self.settings, readonly=readonly, request=request
            )
        )

    def user_scoped(
        self, principal: Principal, *, readonly: bool = False, request: RequestInfo | None = None
    ) -> AbstractContextManager[Session]:
        """Open a session that sees what is the person's own, in no organization."""
        return self._session(
            Opening.of_principal(
                principal, "user", self.settings, readonly=readonly, request=request
            )
        )

    def system(self, org_id: str, *, actor: str, reason: str) -> AbstractContextManager[Session]:
        """Open a session for a job inside one organization."""
        return self._session(Opening.of_system(org_id, actor, reason))

    def admin(self, *, reason: str) -> AbstractContextManager[Session]:
        """Open a session for an administrator, across organizations."""
        return self._session(Opening.of_admin(reason))

    def legacy(self) -> AbstractContextManager[Session]:
        """Open a READ ONLY session on ``ORGSCOPE_LEGACY_URL``."""
        return self._session(Opening.of_legacy())

    @contextmanager
    def connection(
        self, principal: Principal, *, readonly: bool = False, request: RequestInfo | None = None
    ) -> Iterator[ScopedConnection]:
        """Open a psycopg connection in the token's context: its organization, or none."""
        opening = Opening.of_principal(
            principal,
            "user" if principal.org_id is None else "organization",
            self.settings,
            readonly=readonly,
            request=request,
        )
        with not_nested(self):
            pool = self._pool(opening.login)
            connection = pool.getconn()
            try:
                self._open(connection, opening)
                connection.reopen = lambda again: self._begin(again, opening)
                yield connection
                connection.reopen = None
                connection.commit()
            finally:
                connection.close()

    @contextmanager
    def _session(self, opening: Opening) -> Iterator[Session]:
        with not_nested(self):
            engine = self._engine(opening.login)
            with Session(engine, expire_on_commit=False) as session:

                def begin(
                    _: Session, transaction: SessionTransaction, connection: SqlConnection
                ) -> None:
                    if transaction.nested:
                        return
                    driver: Any = connection.connection.driver_connection
                    self._open(driver, opening)

                event.listen(session, "after_begin", begin)
                session.connection()
                yield session
                session.commit()

    def _pool(self, login: str) -> ConnectionPool[ScopedConnection]:
        with self._opening:
            if login not in self._pools:
                url = self.settings.url(login)
                verify_deployment(url, login, self.settings)
                self._pools[login] = ConnectionPool(
                    url,
                    connection_class=ScopedConnection,
                    kwargs=driver_options(self.settings),
                    min_size=1,
                    max_size=self.settings.pool_size,
                    timeout=self.settings.pool_timeout_s,
                    close_returns=True,
                    open=True,
                    name=f"orgscope-{login}",
                )
            return self._pools[login]

    def _engine(self, login: str) -> Engine:
        pool = self._pool(login)
        with self._opening:
            if login not in self._engines:
                engine = create_engine(
                    "postgresql+psycopg://",
                    creator=pool.getconn,
                    poolclass=NullPool,
                    **ENGINE_OPTIONS,
                )
                event.listen(engine, "handle_error", raise_ours)
                self._engines[login] = engine
            return self._engines[login]

    def _open(self, connection: ScopedConnection, opening: Opening) -> None:
        try:
            self._begin(connection, opening)
        except (MembershipUnknown, UserUnknown):
            # Aborted until then: a caller who swallows the refusal finds no way on.
            if self.on_unknown is None or opening.principal is None:
                raise
            if not self.on_unknown(opening.principal):
                raise
            connection.rollback()
            self._begin(connection, opening)

    def _begin(self, connection: ScopedConnection, opening: Opening) -> None:
        with span("orgscope.open_context", {"orgscope.context.kind": opening.kind}):
            try:
                with connection.pipeline():
                    for step in opening.steps:
                        connection.execute(*step)
            except TransactionUnusable:
                connection.rollback()
                for step in opening.steps:
                    connection.execute(*step)
        connection.has_context = opening.has_context


def get_org_scoped_db(
    principal: OrgPrincipal, *, database: Database, readonly: bool = False
) -> AbstractContextManager[Session]:
    """Return a session scoped to the organization of the token."""
    return database.org_scoped(principal, readonly=readonly)


def get_user_scoped_db(
    principal: Principal, *, database: Database, readonly: bool = False
) -> AbstractContextManager[Session]:
    """Return a session that sees what is the person's own, in no organization."""
    return database.user_scoped(principal, readonly=readonly)


def get_admin_db(*, reason: str, database: Database) -> AbstractContextManager[Session]:
    """Return an administrator's session across organizations; ``reason`` is kept in the audit."""
    return database.admin(reason=reason)


def get_legacy_db(*, database: Database) -> AbstractContextManager[Session]:
    """Return a READ ONLY session on ``ORGSCOPE_LEGACY_URL``."""
    return database.legacy()


@contextmanager
def get_dev_db(*, database: Database) -> Iterator[Session]:
    """Open an administrator's session with the reason ``dev``, on the embedded server only.

    Raises ContextUsageError on any other server.
    """
    with database.admin(reason="dev") as session:
        refuse_unless_embedded(session.scalar(CLUSTER))
        yield session
