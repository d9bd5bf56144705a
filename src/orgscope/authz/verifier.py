"""The verifier: one token in, one principal out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from jwt import PyJWK

from orgscope.authz import access_token, claims
from orgscope.authz.access_token import AccessToken
from orgscope.authz.claims import Claims
from orgscope.authz.principal import OrgPrincipal, Principal, Proof
from orgscope.errors import ClaimsRefused, TokenExpired
from orgscope.settings import Settings

__all__ = ["Keys", "Verifier"]

_ALGORITHM: Final = "RS256"
_ISSUER_LOG_INTERVAL_S: Final = 60

_logger = logging.getLogger(__name__)


class Keys(Protocol):
    """Where signing keys come from; ``orgscope.jwks.Jwks`` is one."""

    async def get(self, kid: str) -> PyJWK:
        """Return the RSA key with this id; raises KeyUnknown or KeysUnavailable."""
        ...


class Verifier:
    """Verifies the access tokens of one WorkOS client.

    ``keys`` is asked only for tokens of the right form whose ``iss`` is accepted, so that rubbish
    costs no request to WorkOS. ``now`` returns seconds since 1970.

    Raises ConfigurationError when the client id is not set: without it nobody could tell whose
    tokens these are.

    Example::

        async with Jwks.of(settings) as keys:
            verifier = Verifier(settings, keys)
            principal = await verifier.verify(token)
    """

    def __init__(
        self, settings: Settings, keys: Keys, *, now: Callable[[], float] = time.time
    ) -> None:
        self._client_id = settings.required("workos_client_id")
        self._issuers = frozenset(settings.accepted_issuers)
        self._audiences = frozenset(settings.workos_audience)
        self._leeway_s = settings.token_leeway_s
        self._max_age_s = settings.token_max_age_s
        self._keys = keys
        self._now = now
        self._next_issuer_log_at = 0.0
        claims.rules()  # A table that cannot be read must stop the start, not the first request.

    async def verify(self, token: str) -> Principal:
        """Return the principal of a token: an OrgPrincipal when the token names an organization.

        Checked in this order; each raises its own error:

        - the form of the token (``orgscope.authz.access_token``): TokenRefused
        - ``iss`` is one of the accepted issuers (A10.8), before any key is fetched: ClaimsRefused
        - the key is known: KeyUnknown; keys were loaded at all: KeysUnavailable
        - the signature has the length of the modulus and verifies (A10.6): TokenRefused
        - the table of claims (A10.7, A10.8), ``client_id``, ``aud`` and the times: ClaimsRefused
        - ``exp``, when everything else was good: TokenExpired
        """
        parsed = access_token.parse(token)
        self._check_issuer(parsed)
        key = await self._keys.get(parsed.kid)
        _check_signature(parsed, key)
        checked = claims.read(parsed.payload)
        self._check_client(checked)
        self._check_times(checked)
        return _principal(checked, Proof(token))

    def _check_issuer(self, parsed: AccessToken) -> None:
        issuer = parsed.payload.get("iss")
        if not isinstance(issuer, str) or issuer not in self._issuers:
            self._log_issuer(issuer)
            raise ClaimsRefused(
                'The claim "iss" of the access token is not accepted: expected one of '
                f"{', '.join(sorted(self._issuers))}. If the token is of your WorkOS environment, "
                "set WORKOS_ISSUER."
            )

    def _log_issuer(self, issuer: object) -> None:
        """Show the issuer that came: the commonest fault of a configuration, and no secret."""
        now = self._now()
        if now < self._next_issuer_log_at:
            return
        self._next_issuer_log_at = now + _ISSUER_LOG_INTERVAL_S
        _logger.info(
            "A token was refused for its issuer: expected one of %s, came %.255r.",
            sorted(self._issuers),
            issuer if isinstance(issuer, str) else None,
            extra={"event": "token.issuer_refused"},
        )

    def _check_client(self, checked: Claims) -> None:
        """A10.8: ``client_id`` is ours when present; ``aud`` meets what is configured.

        With audiences configured one of them must be there. Without, ``aud`` may be absent, and
        otherwise must hold the client id.
        """
        if checked.client_id is not None and checked.client_id != self._client_id:
            raise ClaimsRefused(
                'The claim "client_id" of the access token is not accepted: expected '
                f"{self._client_id}; another client came. See WORKOS_CLIENT_ID."
            )
        if checked.aud is None and not self._audiences:
            return
        expected = self._audiences or {self._client_id}
        if checked.aud is None or not expected & checked.aud:
            raise ClaimsRefused(
                'The claim "aud" of the access token is not accepted: expected one of '
                f"{', '.join(sorted(expected))}. See WORKOS_AUDIENCE and the JWT template."
            )

    def _check_times(self, checked: Claims) -> None:
        """A10.7: lifetime bounded, not before ``iat`` and ``nbf``, not after ``exp``."""
        now = self._now()
        if not 0 < checked.exp - checked.iat <= self._max_age_s:
            raise ClaimsRefused(
                'The claims "iat" and "exp" of the access token are not accepted: expected a '
                f"lifetime of 1 to {self._max_age_s} seconds. See ORGSCOPE_TOKEN_MAX_AGE."
            )
        if max(checked.iat, checked.nbf or 0) > now + self._leeway_s:
            raise ClaimsRefused(
                "The access token is not valid yet: its time of issue lies ahead of this clock. "
                "Set the clock right, or raise ORGSCOPE_TOKEN_LEEWAY."
            )
        if checked.exp <= now - self._leeway_s:
            raise TokenExpired(
                "The access token has expired. Refresh the session or sign in again."
            )


def _check_signature(parsed: AccessToken, key: PyJWK) -> None:
    """Verify with PyJWT's RS256 over the bytes as received.

    ``jwt.decode`` would read header and payload again, by rules that are not PostgreSQL's.
    """
    if (
        key.algorithm_name != _ALGORITHM
        or len(parsed.signature) * 8 != key.key.key_size
        or not key.Algorithm.verify(parsed.signing_input, key.key, parsed.signature)
    ):
        raise access_token.refused()


def _principal(checked: Claims, proof: Proof) -> Principal:
    kind: type[Principal] = Principal if checked.org_id is None else OrgPrincipal
    return kind(
        user_id=checked.sub,
        session_id=checked.sid,
        org_id=checked.org_id,
        role=checked.role,
        permissions=checked.permissions,
        actor=checked.actor,
        issued_at=_utc(checked.iat),
        expires_at=_utc(checked.exp),
        authenticated_at=None if checked.auth_time is None else _utc(checked.auth_time),
        proof=proof,
    )


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
