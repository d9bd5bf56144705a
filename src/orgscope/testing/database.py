"""A migrated database for one test: tokens for the people in it, and contexts to act in."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from rich.console import Console

from orgscope.authz import Principal, Verifier
from orgscope.db.connection import ScopedConnection
from orgscope.db.driver import ExtendedCursor
from orgscope.db.engine import driver_options
from orgscope.isolation import check_isolation
from orgscope.isolation.report.render import print_report
from orgscope.project import Project
from orgscope.testing.acting import Acting, ProvesNothing, check_bound
from orgscope.testing.mirror import Mirror
from orgscope.testing.tokens import (
    ABSENT,
    LIFETIME_S,
    ORG_ID,
    USER_ID,
    At,
    RsaKey,
    StaticKeys,
    rsa_key,
    token,
)

__all__ = ["Database"]

_ROLE: Final = """
select role_slug from workos.organization_memberships
where user_id = %s and organization_id = %s and status = 'active' and deleted_at is null
"""

Opening = tuple[LiteralString, tuple[Any, ...]]


class Database(Mirror):
    """A database of a test's own. ``admin`` is the superuser's connection, in autocommit.

    Everything reaches it the way it does in production: people by ``sync.receive_event``, keys by
    ``authz.put_keys``, contexts by ``authz.begin``.

        orgscope_database.add_member("user_01ADA", "org_01ACME", "editor")
        with orgscope_database.act_as("user_01ADA", "org_01ACME") as ada:
            ada.execute("insert into app.events (title) values ('First visit')")
    """

    def put_key(self, key: RsaKey | None = None) -> RsaKey:
        """Make a signing key known to the database, by default the one that signs tokens here."""
        key = key or rsa_key()
        with self.connect("keys") as connection:
            connection.execute(
                "select authz.put_keys(%s::jsonb)", (json.dumps({"keys": [key.jwk]}),)
            )
        return key

    def token(
        self,
        user: str = USER_ID,
        org: str | None = ORG_ID,
        *,
        impersonator: str | None = None,
        lifetime_s: int = LIFETIME_S,
        key: RsaKey | None = None,
        **claims: Any,
    ) -> str:
        """Return an access token of a person, signed in to an organization, or to none.

        ``claims`` are the token's own words: ``role``, by default the one that the mirror has;
        ``permissions``, by default none; ``sid`` of the session, ``iss``, ``aud`` and any other.
        ``ABSENT`` leaves a claim out, ``At(-60)`` is a minute ago. ``impersonator`` is the e-mail
        address of who acts for the person. A negative ``lifetime_s``, in seconds, makes an expired
        token, ``key`` another signature.

        >>> orgscope_database.token("user_01ADA", "org_01ACME", permissions=["events:write"])
        >>> orgscope_database.token(lifetime_s=-60)
        """
        known: dict[str, Any] = {"sub": user, "org_id": ABSENT if org is None else org}
        known["iat"], known["exp"] = At(min(0, lifetime_s - 1)), At(lifetime_s)
        if "role" not in claims and org is not None:
            [known["role"]] = self.admin.execute(_ROLE, (user, org)).fetchone() or ("member",)
        if isinstance(role := claims.get("role", known.get("role")), str):
            known["roles"] = [role]
        if impersonator is not None:
            known["act"] = {"sub": impersonator}
        return token({**known, **claims}, key=key)

    def bearer(self, *args: Any, **options: Any) -> dict[str, str]:
        """Return the header with which an HTTP client sends the token that ``token`` returns.

        >>> client.get("/api/events", headers=orgscope_database.bearer("user_01ADA", "org_01ACME"))
        """
        return {"Authorization": f"Bearer {self.token(*args, **options)}"}

    async def principal(self, *args: Any, **options: Any) -> Principal:
        """Return the principal of what ``token`` returns, verified as the middleware does.

        >>> principal = await orgscope_database.principal("user_01ADA", "org_01ACME")
        >>> async with database.org_scoped(principal) as session: ...

        Raises ClaimsError, as ``Verifier.verify``.
        """
        keys = StaticKeys(options.get("key") or rsa_key())
        return await Verifier(self.settings, keys).verify(self.token(*args, **options))

    @contextmanager
    def act_as(
        self,
        user: str = USER_ID,
        org: str | None = ORG_ID,
        *,
        role: str | None = None,
        permissions: Collection[str] | None = None,
        commit: bool = False,
        **options: Any,
    ) -> Iterator[Acting]:
        """Open a transaction of a person with the login of requests, and roll it back at the end.

        The person acts in ``org``, or in no organization. ``role`` and ``permissions`` are checked
        to be those of the context: where mirror and token disagree there is none. ``commit`` keeps
        what was written. ``options`` are those of ``token``.

            with orgscope_database.act_as("user_01BOB", "org_01OTHER") as bob:
                bob.assert_invisible("app.events", id=event_id)

        Raises the errors of ``authz.begin``, such as MembershipInactive; ProvesNothing when the
        role bypasses row security, or when the context has another role or other permissions than
        those asked for; TransactionAborted when a failed transaction is to be kept.
        """
        if role is not None:
            options["role"] = role
        if permissions is not None:
            options["permissions"] = sorted(permissions)
        opening: Opening = ("select authz.begin(%s)", (self.token(user, org, **options),))
        who = f"{user} in {org or 'no organization'}"
        with self._acting(who, "api", opening, commit=commit) as acting:
            [(has_role, has)] = acting.rows("select authz.role(), authz.permissions()")
            if role is not None and has_role != role:
                raise ProvesNothing(
                    f"{who} was to act as {role!r} and has the role {has_role!r}: the mirror must "
                    "have the role of the token. Name it in add_member, or by change."
                )
            if permissions is not None and set(has or ()) != set(permissions):
                raise ProvesNothing(
                    f"{who} was to have the permissions {sorted(permissions)} and has "
                    f"{sorted(has or ())}: the mirror knows those of the role. Mirror others."
                )
            yield acting

    @contextmanager
    def act_as_job(
        self, org: str = ORG_ID, *, actor: str = "test", reason: str = "test", commit: bool = False
    ) -> Iterator[Acting]:
        """Open a transaction of a job inside one organization; the rest is as in ``act_as``."""
        opening: Opening = ("select authz.begin_system(%s, %s, %s)", (org, actor, reason))
        with self._acting(f"a job in {org}", "job", opening, commit=commit) as acting:
            yield acting

    @contextmanager
    def act_as_admin(self, *, reason: str = "test", commit: bool = False) -> Iterator[Acting]:
        """Open a transaction of an administrator with a reason; the rest is as in ``act_as``."""
        opening: Opening = ("select authz.begin_privileged(%s)", (reason,))
        with self._acting("an administrator", "admin", opening, commit=commit) as acting:
            yield acting

    @contextmanager
    def act_as_auditor(self, *, reason: str = "test", commit: bool = False) -> Iterator[Acting]:
        """Open a transaction of an auditor with a reason; the rest is as in ``act_as``."""
        opening: Opening = ("select authz.begin_privileged(%s)", (reason,))
        with self._acting("an auditor", "auditor", opening, commit=commit) as acting:
            yield acting

    @contextmanager
    def act_as_nobody(self, login: str = "api") -> Iterator[Acting]:
        """Open a transaction of a login without any context, and roll it back at the end."""
        with self._acting(f"the login {login} without a context", login, None) as acting:
            yield acting

    @contextmanager
    def _acting(
        self, who: str, login: str, opening: Opening | None, *, commit: bool = False
    ) -> Iterator[Acting]:
        options = driver_options(self.settings)
        with closing(ScopedConnection.connect(self.settings.url(login), **options)) as connection:
            connection.execute("begin")
            if opening is not None:
                connection.execute(*opening)
                connection.has_context = True
            check_bound(who, connection)
            try:
                yield Acting(who, connection, self.admin, lambda: self._unbound(login, opening))
                if commit:
                    connection.commit()
            finally:
                if not connection.closed:
                    connection.rollback()

    @contextmanager
    def _unbound(self, login: str, opening: Opening | None) -> Iterator[psycopg.Connection[Any]]:
        """Open the context as the login does, then go on as the superuser; take all of it back."""
        role = sql.Identifier(f"{self.settings.role_prefix}_{login}")
        # One statement for each message, as for who acts: a second one could commit.
        options = {"prepare_threshold": None, "cursor_factory": ExtendedCursor}
        with self.connect("dba", **options) as connection:
            connection.execute("begin")
            connection.execute(sql.SQL("set local session authorization {}").format(role))
            if opening is not None:
                connection.execute(*opening)
            connection.execute("reset session authorization")
            connection.execute("set local lock_timeout = '1s'")  # who acts may hold the row
            yield connection
            connection.rollback()

    def assert_isolated(self, *tables: str, project: Project | None = None) -> None:
        """Run ``orgscope isolation test`` on these tables, in a clone without this test's rows.

        ``project`` is the one that is deployed here, as the fixture ``orgscope_project`` gives it.

            orgscope_database.assert_isolated("app.events", project=orgscope_project)

        Raises AssertionError with the report; what ``check_isolation`` raises.
        """
        report = check_isolation(self.settings, project, only=tables)
        if report.exit_code:
            text = StringIO()
            print_report(report, Console(file=text, width=120))
            raise AssertionError(text.getvalue())
