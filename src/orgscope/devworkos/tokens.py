"""Access tokens: RS256, with the claims of an AuthKit session and no ``aud``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from orgscope.devworkos.clock import parse_utc
from orgscope.devworkos.ids import ulid
from orgscope.devworkos.keys import SigningKey
from orgscope.devworkos.sessions import Sessions
from orgscope.devworkos.state import locked
from orgscope.devworkos.wire import JsonObject

__all__ = ["IssuedToken", "Tokens"]


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token and the session it belongs to."""

    access_token: str = field(repr=False)
    session_id: str


class Tokens(Sessions):
    """The access tokens of the environment, and the keys that sign them."""

    @locked
    def issue_token(
        self,
        user_id: str,
        organization_id: str | None = None,
        *,
        session_id: str | None = None,
        lifetime_s: int | None = None,
        issuer: str | None = None,
        impersonator: JsonObject | None = None,
        claims: Mapping[str, Any] | None = None,
        kid: str | None = None,
    ) -> IssuedToken:
        """Mint an access token, in a new session or in the one given.

        ``organization_id`` selects an organization: in a new session at sign-in, in a session of
        the same user as a switch. Without it a given session keeps its organization.
        ``lifetime_s`` replaces the world's lifetime, in seconds; a negative one makes an expired
        token. ``issuer`` replaces ``iss``. ``impersonator`` is ``{"email": …, "reason": …}`` and
        makes ``act``. ``claims`` are added or put in place of others, as a JWT template or a test
        wants it; None removes a claim. ``kid`` names the signing key, also an older or retired one.

        Raises ApiError: 404 for the user or the session, 400 ``invalid_grant`` for an ended one,
        400 ``organization_membership_not_found`` or ``organization_not_found``; ValueError for an
        unknown ``kid``, or an ``impersonator`` beside a session.

        >>> world.issue_token(user["id"], organization["id"], claims={"aud": "my-api"})
        """
        key = self.keys.current if kid is None else self.keys.find(kid)
        if session_id is None:
            started = self.start_session(user_id, organization_id, impersonator=impersonator)
            session = self._sessions[started["id"]]
        elif impersonator is not None:
            raise ValueError("impersonator belongs to the start of a session; omit session_id.")
        else:
            session = self._live_session(session_id, user_id)
            if organization_id is not None:
                self._active_membership(user_id, organization_id)
                session["organization_id"] = organization_id
        payload = self._claims(session, lifetime_s, issuer)
        payload.update(claims or {})
        payload = {name: value for name, value in payload.items() if value is not None}
        return IssuedToken(_sign(payload, key), session["id"])

    def mint_token(self, user_id: str, organization_id: str | None = None, **options: Any) -> str:
        """Return only the token of ``issue_token``, which documents the options."""
        return self.issue_token(user_id, organization_id, **options).access_token

    @locked
    def rotate_key(self, bits: int | None = None) -> str:
        """Sign with a new key from now on and return its ``kid``; the old key stays published.

        ``bits`` is 2048, 3072 or 4096. Raises ValueError for another size.
        """
        return self.keys.rotate(bits).kid

    @locked
    def add_key(self, private_key: RSAPrivateKey, kid: str | None = None) -> str:
        """Sign with a key of the caller's from now on and return its ``kid``.

        For tests that mint tokens of their own: who trusts this world trusts those as well.
        Raises ValueError for a ``kid`` that another key has.
        """
        return self.keys.add(private_key, kid).kid

    @locked
    def retire_key(self, kid: str) -> None:
        """Publish a key no longer. Raises ValueError for the current or an unknown key."""
        self.keys.retire(kid)

    @locked
    def jwks(self) -> JsonObject:
        """Return the published keys as a JWKS."""
        return self.keys.jwks()

    def _claims(
        self, session: JsonObject, lifetime_s: int | None, issuer: str | None
    ) -> JsonObject:
        now_ms = self.now_ms()
        issued_at = now_ms // 1000
        claims: JsonObject = {
            "iss": issuer or self.issuer,
            "sub": session["user_id"],
            "sid": session["id"],
            "jti": ulid(now_ms, self.ids.random.getrandbits(80)),
            "iat": issued_at,
            "exp": issued_at + (self.token_lifetime_s if lifetime_s is None else lifetime_s),
            "auth_time": parse_utc(session["created_at"]) // 1000,
            "client_id": self.client_id,
        }
        if "impersonator" in session:
            claims["act"] = {"sub": session["impersonator"]["email"]}
        organization_id = session.get("organization_id")
        if organization_id is not None:
            membership = self._active_membership(session["user_id"], organization_id)
            slugs = [role["slug"] for role in membership["roles"]]
            permissions = self._roles.permissions_of(organization_id, slugs)
            claims.update(org_id=organization_id, role=slugs[0], roles=slugs)
            if permissions:
                claims["permissions"] = sorted(permissions)
        return claims


def _sign(payload: JsonObject, key: SigningKey) -> str:
    # WorkOS's header holds alg and kid only.
    headers = {"kid": key.kid, "typ": None}
    return jwt.encode(payload, key.private_key, algorithm="RS256", headers=headers)
