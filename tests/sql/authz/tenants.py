"""Two organizations with one member each, and how an attacker tries what must not work.

I1 injects into one statement of a request, I2 stacks statements in one message, L has stolen the
password of ``orgscope_api``. psycopg sends a text without parameters by the simple protocol, so
``connection.execute("a; b")`` is what I2 and L send.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Rollback
from psycopg.pq import TransactionStatus

from tests.database import Database
from tests.tokens import ORG_ID, USER_ID

Connection = psycopg.Connection[Any]

ORG_A: Final = ORG_ID
USER_A: Final = USER_ID
ORG_B: Final = "org_01JTESTORGB0000000000000000"
USER_B: Final = "user_01JTESTUSERB000000000000000"
SESSION_B: Final = "session_01JTESTSESSIONB0000000000"
FOREIGN: Final = f"select id from workos.organizations where id = '{ORG_B}'"
"""What a request of the first organization must never see."""


@dataclass(frozen=True, eq=False)
class Tenants:
    """A database with a signing key, and in each of two organizations one active member."""

    database: Database

    @property
    def ada(self) -> str:
        """A new token of the member of the first organization."""
        return self.database.token()

    @property
    def bob(self) -> str:
        """A new token of the member of the second organization."""
        return self.database.token(sub=USER_B, sid=SESSION_B, org_id=ORG_B)

    def request(
        self, token: str | None = None, **arguments: Any
    ) -> AbstractContextManager[Connection]:
        """Open a transaction with a context, of the first organization unless a token says else."""
        return self.database.context(token or self.ada, **arguments)

    @contextmanager
    def transaction(self, login: str = "api") -> Iterator[Connection]:
        """Open a transaction of a login without a context, and roll it back."""
        with self.database.connect(login) as connection:
            connection.execute("begin")
            yield connection
            connection.execute("rollback")


def begin(connection: Connection, token: str | None) -> None:
    """Open a context in the transaction that is open."""
    connection.execute("select authz.begin(%s)", (token,))


def value(connection: Connection, query: Any, parameters: Any = None) -> Any:
    """Return the first column of the one row that a query returns."""
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row[0]


def refusal(connection: Connection, statement: Any, parameters: Any = None) -> str | None:
    """Try a statement, take back what it did, and return its SQLSTATE; None when it worked."""
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    try:
        if idle:
            connection.execute(statement, parameters)
        else:
            with connection.transaction():
                connection.execute(statement, parameters)
                raise Rollback
    except psycopg.Error as error:
        return error.sqlstate
    return None


def closed(connection: Connection) -> str | None:
    """Return how a transaction says that it has no context; without one no foreign row is seen."""
    assert connection.execute(FOREIGN).fetchall() == []
    return refusal(connection, "select authz.require_context()")


def begin_refusal(database: Database, token: str | None, **arguments: Any) -> str | None:
    """Return the SQLSTATE with which a new request is refused; None when its context opens."""
    try:
        with database.context(token or database.token(), **arguments):
            return None
    except psycopg.Error as error:
        return error.sqlstate
