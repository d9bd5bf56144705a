"""Somebody who acts on a database, and what they may be asserted to see and not to do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from orgscope.db.connection import ScopedConnection
from orgscope.errors import OrgscopeError
from orgscope.isolation.world.bypass import bypassing_roles

__all__ = ["Acting", "ProvesNothing", "check_bound"]

_DENIED: Final = "42501"
_CLAIMS: Final = "WS3"
_UNBOUND: Final = """
select n.nspname || '.' || c.relname
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where c.relrowsecurity and not pg_catalog.row_security_active(c.oid)
order by 1
"""

Connection = psycopg.Connection[Any]


class ProvesNothing(OrgscopeError, AssertionError):
    """An assertion would hold whatever the policies say: its control failed."""


@dataclass(frozen=True, eq=False, slots=True)
class Acting:
    """Somebody in an open transaction, as ``Database.act_as`` and its siblings yield them.

    ``connection`` is a real one of the right login, by the extended protocol as in production;
    ``who`` says in messages who acts. Each assertion is taken back at once, and first makes sure
    that it can fail: the row is there, the statement works for somebody whom nothing forbids it.
    """

    who: str
    connection: ScopedConnection = field(repr=False)
    admin: Connection = field(repr=False)
    unbound: Callable[[], AbstractContextManager[Connection]] = field(repr=False)
    """Opens the same context for a superuser, whom neither grants nor policies bind."""

    def execute(self, statement: Any, params: Any = None) -> psycopg.Cursor[Any]:
        """Run a statement and return its cursor; what is raised is what the application gets."""
        return self.connection.execute(statement, params)

    def rows(self, query: Any, params: Any = None) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives them."""
        return self.execute(query, params).fetchall()

    def assert_visible(self, table: str, /, **key: Any) -> None:
        """Assert that they see a row of ``table``, such as ``app.events``, with these values.

        Raises AssertionError.
        """
        if not self._count(table, key):
            raise AssertionError(f"{self.who} sees no row of {_named(table, key)}.")

    def assert_invisible(self, table: str, /, **key: Any) -> None:
        """Assert that there are rows of ``table`` with these values, and that they see none.

            bob.assert_invisible("app.events", id=event_id)

        Raises AssertionError when they see one, or may not select from the table at all, which is
        what ``assert_denied`` asserts; ProvesNothing when nobody could see one.
        """
        self._require_context()
        [(there,)] = self.admin.execute(*_counting(table, key)).fetchall()
        if not there:
            raise ProvesNothing(
                f"There is no row of {_named(table, key)} that is committed, so it proves nothing "
                f"that {self.who} does not see it. Make it first."
            )
        if seen := self._count(table, key):
            raise AssertionError(f"{self.who} sees {seen} of {there} rows of {_named(table, key)}.")

    def assert_denied(
        self, statement: Any, params: Any = None, *, control: Acting | None = None
    ) -> None:
        """Assert that a statement is refused: SQLSTATE 42501, or one of class WS3.

        The same statement must work for ``control``, or by default for a superuser in the same
        context, whom neither grants nor policies bind: else it might be refused for a constraint, a
        wrong column or a missing default.

            bob.assert_denied("insert into app.events (title) values ('Mine')", control=ada)

        Raises AssertionError when the statement passes, or fails with another error; ProvesNothing
        when it fails for the control, and when the transaction has ended.
        """
        self._require_transaction()
        self._try_control(statement, params, control)
        try:
            touched = _try(self.connection, statement, params)
        except psycopg.Error as error:
            if not _is_denial(error):
                raise AssertionError(
                    f"{self.who} is not refused; the statement fails otherwise: {_text(error)}"
                ) from error
            return
        raise AssertionError(
            f"{self.who} is not refused; the statement passes, with {touched} rows. One that "
            "reaches no row is not refused: see assert_touches_nothing."
        )

    def assert_touches_nothing(
        self, statement: Any, params: Any = None, *, control: Acting | None = None
    ) -> None:
        """Assert that a statement is let pass and reaches no row, as policies filter silently.

        It must reach a row for ``control``, by default as in ``assert_denied``.

            bob.assert_touches_nothing("update app.events set title = 'Mine'")

        Raises AssertionError when it reaches a row or fails, also when it is refused; ProvesNothing
        when it fails, or reaches nothing, for the control.
        """
        self._require_context()
        if not self._try_control(statement, params, control):
            raise ProvesNothing(
                "The statement reaches no row for the control either, so it proves nothing that "
                f"it reaches none for {self.who}. Commit the rows first."
            )
        try:
            touched = _try(self.connection, statement, params)
        except psycopg.Error as error:
            raise AssertionError(f"For {self.who} the statement fails: {_text(error)}") from error
        if touched:
            raise AssertionError(f"{self.who} reaches {touched} rows.")

    def _require_transaction(self) -> None:
        """Raise ProvesNothing after a commit or rollback: role and context ended with it."""
        if self.connection.info.transaction_status is TransactionStatus.IDLE:
            raise ProvesNothing(
                f"The transaction of {self.who} has ended, and its role and context with it, so "
                "everything is refused. Open another one; act_as(…, commit=True) commits at the "
                "end."
            )

    def _require_context(self) -> None:
        """Raise ProvesNothing where a context was opened and is gone: policies then show no row."""
        self._require_transaction()
        if not self.connection.has_context:
            return
        try:
            _try(self.connection, "select authz.require_context()", None)
        except psycopg.Error as error:
            raise ProvesNothing(
                f"{self.who} has no context any more ({_text(error)}), so no row is seen whatever "
                "the policies say."
            ) from error

    def _count(self, table: str, key: dict[str, Any]) -> int:
        try:
            with self.connection.transaction(force_rollback=True):
                row = self.execute(*_counting(table, key)).fetchone()
        except psycopg.Error as error:
            raise AssertionError(f"{self.who} cannot look into {table}: {_text(error)}") from error
        return int(row[0]) if row else 0

    def _try_control(self, statement: Any, params: Any, control: Acting | None) -> int:
        try:
            if control is not None:
                return _try(control.connection, statement, params)
            with self.unbound() as connection:
                return _try(connection, statement, params)
        except psycopg.Error as error:
            whom = control.who if control else "a superuser in the same context"
            raise ProvesNothing(
                f"The statement fails for {whom} as well ({_text(error)}), so it proves nothing "
                f"that it fails for {self.who}. Put it right, or name a control who may run it."
            ) from error


def check_bound(who: str, connection: Connection) -> None:
    """Raise ProvesNothing unless row security binds the session on every table that has it."""
    for role in bypassing_roles(connection):
        raise ProvesNothing(
            f"{who} acts as {role}, which bypasses row security, so nothing that it cannot see "
            f"proves anything. Run: alter role {role} nosuperuser nobypassrls"
        )
    if tables := [table for (table,) in connection.execute(_UNBOUND).fetchall()]:
        raise ProvesNothing(
            f"{who} is not bound by the row security of {', '.join(tables)}: its role owns the "
            "table, or is a member of its owner. Give the table to the owner role, or let its file "
            "in policies/ call authz.reset_policies, which forces row security."
        )


def _try(connection: Connection, statement: Any, params: Any) -> int:
    """Run a statement, take it back, and return how many rows it returned or touched."""
    with connection.transaction(force_rollback=True):
        return max(connection.execute(statement, params).rowcount, 0)


def _is_denial(error: psycopg.Error) -> bool:
    state = error.sqlstate or ""
    return state == _DENIED or state.startswith(_CLAIMS)


def _text(error: psycopg.Error) -> str:
    return f"{error.sqlstate or type(error).__name__} {error.diag.message_primary or ''}".strip()


def _counting(table: str, key: dict[str, Any]) -> tuple[sql.Composed, list[Any]]:
    conditions = [
        sql.SQL("{} is not distinct from %s").format(sql.Identifier(column)) for column in key
    ]
    query = sql.SQL("select count(*) from {}{}{}").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(" where " if conditions else ""),
        sql.SQL(" and ").join(conditions),
    )
    return query, list(key.values())


def _named(table: str, key: dict[str, Any]) -> str:
    """Name the rows that are meant: by their columns, for values may be data."""
    return f"{table} with this {' and '.join(key)}" if key else table
