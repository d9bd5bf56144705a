"""The world of the benchmarks: booking with 1 M events of 10 k organizations, and the peers' roles.

All sides read the same table. A peer is a role of its own with the policy that its users would
write; ``bench_raw`` bypasses row security and names the organization itself.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from psycopg import sql

from orgscope import deploy
from orgscope.authz import OrgPrincipal, Verifier
from orgscope.deploy.statements import split
from orgscope.embedded import Server, temporary_server
from orgscope.settings import LOGINS, Settings

__all__ = ["CLIENT_ID", "ORGANIZATIONS", "ROWS", "World", "world"]

ROWS: Final = 1_000_000
ORGANIZATIONS: Final = 10_000
CLIENT_ID: Final = "client_01BENCH"
ORG_ID: Final = "org_BENCH0000042"
USER_ID: Final = "user_BENCH0000042"
PEERS: Final = ("bench_raw", "bench_guc", "bench_subquery")
BOOKING: Final = Path(__file__).resolve().parents[1] / "booking"
_HERE: Final = Path(__file__).resolve().parent


class _OneKey:
    def __init__(self, key: jwt.PyJWK) -> None:
        self._key = key

    async def get(self, kid: str) -> jwt.PyJWK:
        """Return the one key there is."""
        return self._key


@dataclass(frozen=True)
class World:
    """A server with the data in it, and a signing key."""

    server: Server
    settings: Settings
    password: str
    key: rsa.RSAPrivateKey
    jwk: dict[str, str]

    def url(self, role: str) -> str:
        """Return the URL of a peer's login."""
        return self.server.url("bench", user=role, password=self.password)

    def token(self, **claims: object) -> str:
        """Return an access token of the benchmark's person."""
        now = int(time.time())
        return jwt.encode(
            {
                "iss": f"https://api.workos.com/user_management/{CLIENT_ID}",
                "sub": USER_ID,
                "sid": "session_BENCH",
                "org_id": ORG_ID,
                "role": "member",
                "permissions": ["events:read", "events:write"],
                "iat": now,
                "exp": now + 3600,
                **claims,
            },
            self.key,
            "RS256",
            {"kid": self.jwk["kid"]},
        )

    def settings_of(self, dbname: str) -> Settings:
        """Return the settings for another database of the server."""
        return _settings(self.server, dbname, self.password)

    def new_mirror(self, dbname: str) -> Settings:
        """Make a database with an empty mirror, and return the settings for it."""
        return _deployed(self.server, dbname, self.password)

    async def principal(self) -> OrgPrincipal:
        """Return the verified person."""
        verifier = Verifier(self.settings, _OneKey(jwt.PyJWK(self.jwk, "RS256")))
        principal = await verifier.verify(self.token())
        assert isinstance(principal, OrgPrincipal)
        return principal


@contextmanager
def world() -> Iterator[World]:
    """Start a server, deploy booking, and load the data; asserts the sizes."""
    with temporary_server(fast=False) as server:
        password = secrets.token_urlsafe(16)
        settings = _deployed(server, "bench", password)
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        jwk = {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "bench", "alg": "RS256"}
        with psycopg.connect(settings.url("keys")) as connection:
            connection.execute("select authz.put_keys(%s)", (json.dumps({"keys": [jwk]}),))
        _load(server, password)
        yield World(server, settings, password, key, jwk)


def _settings(server: Server, dbname: str, password: str) -> Settings:
    urls = {
        f"{login}_url": server.url(dbname, user=f"orgscope_{login}", password=password)
        for login in LOGINS
    }
    # No pooler stands between: both sides prepare their statements.
    return Settings.model_validate(
        {
            **urls,
            "dba_url": server.url(dbname),
            "workos_client_id": CLIENT_ID,
            "pooler": "none",
        }
    )


def _deployed(server: Server, dbname: str, password: str) -> Settings:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(dbname)))
    settings = _settings(server, dbname, password)
    deploy.create_roles(settings)
    deploy.migrate(settings, deploy.Project.load(BOOKING))
    return settings


def _load(server: Server, password: str) -> None:
    with psycopg.connect(server.url("bench"), autocommit=True) as connection:
        for peer in PEERS:
            connection.execute(
                sql.SQL("create role {} login password {}").format(
                    sql.Identifier(peer), sql.Literal(password)
                )
            )
        for statement in split((_HERE / "data.sql").read_text("utf-8")):
            connection.execute(statement.text.encode())
        row = connection.execute(
            "select count(*), count(distinct org_id) from app.events"
        ).fetchone()
        assert row == (ROWS, ORGANIZATIONS), f"the data is {row}"
