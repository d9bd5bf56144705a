"""A migrated database for one test, and the small verbs that tests share."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from orgscope import deploy
from orgscope.deploy.files import render
from orgscope.embedded import temporary_server
from orgscope.settings import LOGINS, Settings
from tests.memory import IN_MEMORY, WAL_OPTIONS
from tests.tokens import ORG_ID, SESSION_ID, USER_ID, RsaKey, claims, rsa_key, token, token_settings

PASSWORD: Final = "orgscope-test-password"
UPDATED_AT: Final = "2026-01-15T12:00:00.000Z"
_serial = count(1)


def settings_for(
    host: str, port: int, dbname: str, superuser: str, password: str, **more: Any
) -> Settings:
    """Return settings whose logins all point at one database."""
    prefix = more.get("role_prefix", "orgscope")
    urls = {
        f"{login}_url": f"postgresql://{prefix}_{login}:{PASSWORD}@{host}:{port}/{dbname}"
        for login in LOGINS
    }
    urls["dba_url"] = f"postgresql://{superuser}:{password}@{host}:{port}/{dbname}"
    return token_settings(**{**urls, **more})


def load_template(
    *, host: str, port: int, user: str, dbname: str, password: str | None, **_: Any
) -> None:
    """Make the template database: roles, then everything that `orgscope migrate` deploys."""
    settings = settings_for(host, int(port), dbname, user, password or "")
    deploy.create_roles(settings)
    deploy.migrate(settings)


@dataclass(frozen=True, eq=False)
class Database:
    """A database of a test's own. ``admin`` is the superuser's connection, in autocommit."""

    settings: Settings
    admin: psycopg.Connection[Any]

    @contextmanager
    def connect(self, login: str, **options: Any) -> Iterator[psycopg.Connection[Any]]:
        """Connect as a login role; autocommit unless told otherwise."""
        options.setdefault("autocommit", True)
        with psycopg.connect(make_conninfo(self.settings.url(login)), **options) as connection:
            yield connection

    def put_key(self, key: RsaKey | None = None) -> RsaKey:
        """Make a signing key known to the database."""
        key = key or rsa_key()
        with self.connect("keys") as connection:
            connection.execute(
                "select authz.put_keys(%s::jsonb)", (json.dumps({"keys": [key.jwk]}),)
            )
        return key

    def token(self, **changes: Any) -> str:
        """Return a good token, with changes, by the default key."""
        return token(changes, now=int(time.time()))

    @contextmanager
    def context(
        self, access_token: str | None = None, *, login: str = "api", **arguments: Any
    ) -> Iterator[psycopg.Connection[Any]]:
        """Open a transaction with a context, and roll it back.

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

    def receive(self, type_: str, data: Mapping[str, Any], **envelope: Any) -> str:
        """Deliver one event as the webhook endpoint does, and return the outcome."""
        return self.receive_body(json.dumps(event(type_, data, **envelope)))

    def receive_body(self, body: str, source: str = "webhook") -> str:
        """Deliver one body as received, and return the outcome."""
        with self.connect("sync") as connection:
            row = connection.execute("select sync.receive_event(%s, %s)", (body, source)).fetchone()
        assert row is not None
        return str(row[0])

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Return what the superuser sees."""
        return self.admin.execute(render(query, self.settings.role_prefix), parameters).fetchall()

    def add_member(
        self, user_id: str = USER_ID, org_id: str = ORG_ID, **membership: Any
    ) -> dict[str, Any]:
        """Mirror a user, an organization and an active membership; return the membership."""
        self.receive("user.created", user(user_id))
        self.receive("organization.created", organization(org_id))
        data = member(user_id, org_id, **membership)
        self.receive("organization_membership.created", data)
        return data


@contextmanager
def database_of_its_own(dbname: str) -> Iterator[Database]:
    """Run a server for the length of the block, and migrate a database of it."""
    with temporary_server(base=IN_MEMORY, options=WAL_OPTIONS) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(dbname)))
        load_template(
            host=server.host,
            port=server.port,
            user=server.superuser,
            dbname=dbname,
            password=server.password,
        )
        settings = settings_for(server.host, server.port, dbname, server.superuser, server.password)
        with psycopg.connect(server.url(dbname), autocommit=True) as admin:
            yield Database(settings, admin)


def unique(prefix: str) -> str:
    """Return an id of WorkOS's form, unlike any other of this run."""
    return f"{prefix}_01TEST{next(_serial):020d}"


def event(type_: str, data: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
    """Return an event envelope."""
    return {
        "object": "event",
        "id": unique("event"),
        "event": type_,
        "created_at": UPDATED_AT,
        "data": dict(data),
        **envelope,
    }


def user(id_: str, **fields: Any) -> dict[str, Any]:
    """Return a user as WorkOS sends one."""
    return {
        "object": "user",
        "id": id_,
        "email": f"{id_.lower()}@example.com",
        "email_verified": True,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "profile_picture_url": None,
        "external_id": None,
        "last_sign_in_at": None,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def organization(id_: str, **fields: Any) -> dict[str, Any]:
    """Return an organization as WorkOS sends one."""
    return {
        "object": "organization",
        "id": id_,
        "name": f"Practice {id_[-4:]}",
        "domains": [],
        "metadata": {},
        "external_id": None,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def member(user_id: str, org_id: str, **fields: Any) -> dict[str, Any]:
    """Return an organization membership as WorkOS sends one, with the role of a good token."""
    token_claims = claims()
    return {
        "object": "organization_membership",
        "id": unique("om"),
        "user_id": user_id,
        "organization_id": org_id,
        "status": "active",
        "role": {"slug": token_claims.get("role", "member")},
        "roles": [{"slug": slug} for slug in token_claims.get("roles", ["member"])],
        "custom_attributes": {},
        "directory_managed": False,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def session(id_: str = SESSION_ID, user_id: str = USER_ID, **fields: Any) -> dict[str, Any]:
    """Return a session as WorkOS sends one."""
    return {
        "object": "session",
        "id": id_,
        "user_id": user_id,
        "organization_id": None,
        "auth_method": "password",
        "status": "active",
        "expires_at": "2027-01-15T12:00:00.000Z",
        "ended_at": None,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }
