"""What HTTP says of an error: one table from SQLSTATE to problem (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from orgscope.errors.base import SqlError
from orgscope.errors.shell import AuthenticationRequired, KeysUnavailable, ProviderUnavailable

__all__ = ["INTERNAL_ERROR", "PROBLEMS", "UNAVAILABLE", "Problem", "problem_for"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What an HTTP client sees of an error (RFC 9457): no message, no token, no row.

    ``retry_after`` is in seconds.
    """

    status: int
    code: str
    title: str
    www_authenticate: str | None = None
    retry_after: int | None = None


_BAD_CREDENTIAL: Final = 'Bearer realm="api", error="invalid_token"'
INTERNAL_ERROR: Final = Problem(500, "internal-error", "The request failed.")
UNAVAILABLE: Final = Problem(503, "unavailable", "The service is not ready. Try again.", None, 1)


def _unauthorized(code: str, title: str) -> Problem:
    return Problem(401, code, title, _BAD_CREDENTIAL)


PROBLEMS: Final[dict[str, Problem]] = {
    "WS301": INTERNAL_ERROR,
    "WS302": Problem(403, "organization-required", "Choose an organization first."),
    "WS303": _unauthorized("invalid-token", "The access token is not valid."),
    "WS304": _unauthorized("session-expired", "The access token has expired."),
    "WS305": _unauthorized("invalid-token", "The access token is not valid."),
    "WS306": Problem(503, "signing-key-unknown", "The signing key is not known yet.", None, 1),
    "WS307": UNAVAILABLE,
    "WS308": UNAVAILABLE,
    "WS309": _unauthorized("session-expired", "The access token has expired."),
    "WS310": _unauthorized("session-revoked", "The session is no longer valid."),
    "WS311": Problem(403, "organization-unavailable", "The organization is not available."),
    "WS312": Problem(403, "membership-required", "You are not a member of the organization."),
    "WS313": Problem(403, "membership-required", "You are not a member of the organization."),
    "WS314": _unauthorized("session-revoked", "The session is no longer valid."),
    "WS315": _unauthorized("session-revoked", "The session is no longer valid."),
    "WS317": UNAVAILABLE,
    "WS319": UNAVAILABLE,
    "WS320": UNAVAILABLE,
    "WS324": _unauthorized("session-revoked", "The session is no longer valid."),
}
"""SQLSTATE -> what HTTP says. A code that is not here is a fault of ours: 500."""


def problem_for(error: BaseException) -> Problem | None:
    """Return the problem for an orgscope error, or None when it is a fault of ours (500)."""
    if isinstance(error, AuthenticationRequired):
        return Problem(401, "authentication-required", "Sign in first.", 'Bearer realm="api"')
    if isinstance(error, ProviderUnavailable):
        return Problem(
            503, "provider-unavailable", "WorkOS cannot be reached.", None, error.retry_after_s
        )
    if isinstance(error, KeysUnavailable):
        return UNAVAILABLE
    if isinstance(error, SqlError):
        return PROBLEMS.get(error.sqlstate or "")
    return None
