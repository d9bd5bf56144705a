"""The test database of ``orgscope.testing`` with what only orgscope's own tests need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from orgscope import testing
from orgscope.testing import event, organization, running_server, session, unique, user
from orgscope.testing.objects import UPDATED_AT
from orgscope.testing.template import PASSWORD, Template, settings_for
from tests.tokens import ORG_ID, ROLE, USER_ID

__all__ = [
    "PASSWORD",
    "UPDATED_AT",
    "Database",
    "database_of_its_own",
    "event",
    "member",
    "organization",
    "session",
    "settings_for",
    "unique",
    "user",
]


class Database(testing.Database):
    """The database whose people have the role of our tests, and contexts that are opened by hand."""

    def token(self, *args: Any, **options: Any) -> str:
        """Return a good token, with changes, of the role of our tests."""
        return super().token(*args, **{**ROLE, **options})

    def add_member(
        self, user_id: str = USER_ID, org_id: str = ORG_ID, *roles: str, **membership: Any
    ) -> dict[str, Any]:
        """Mirror a user, an organization and an active membership; return the membership."""
        return super().add_member(user_id, org_id, *(roles or ROLE["roles"]), **membership)

    @contextmanager
    def context(
        self, access_token: str | None = None, *, login: str = "api", **arguments: Any
    ) -> Iterator[psycopg.Connection[Any]]:
        """Open a transaction with a context, by the protocol that an attacker has, and roll it back.

        On a table under row security the context's role must not bypass it: asserted here.
        """
        with self.connect(login) as connection:
            connection.execute("begin")
            named = "".join(f", {name} => %({name})s" for name in arguments)
            connection.execute(
                f"select authz.begin(%(token)s{named})",
                {"token": access_token or self.token(), **arguments},
            )
            row = connection.execute("select row_security_active('workos.users')").fetchone()
            assert row == (True,)
            yield connection
            connection.execute("rollback")


@contextmanager
def database_of_its_own(dbname: str) -> Iterator[Database]:
    """Run a server for the length of the block, and migrate a database of it."""
    with (
        running_server() as server,
        Template.deployed(server, dbname=dbname).open(dbname) as database,
    ):
        yield Database(database.settings, database.admin)


def member(user_id: str, org_id: str, **fields: Any) -> dict[str, Any]:
    """Return an organization membership as WorkOS sends one, with the role of our tests."""
    return testing.member(user_id, org_id, *ROLE["roles"], **fields)
