"""Every error orgscope raises: one class per SQLSTATE, and one table from SQLSTATE to HTTP.

    OrgscopeError
    ├── ConfigurationError                 settings or environment, before any database
    ├── ContextUsageError                  a scoped connection was used in a way that is refused
    ├── AuthenticationRequired             no verified access token (401)
    ├── TransactionAborted                 COMMIT would roll back
    ├── ProviderUnavailable                WorkOS cannot be reached (503)
    ├── KeysUnavailable                    no signing key was ever loaded, or all are too old (503)
    └── SqlError (also psycopg.DatabaseError)
        ├── InboxError                WS1  the event as received
        ├── ApplyError                WS2  the event applied to the mirror
        ├── ClaimsError               WS3  tokens, claims and contexts
        ├── DeployError               WS4  roles, migrations, versions
        └── IsolationError            WS5  the isolation proof

psycopg raises the class of a ``WS`` code by itself, because each is registered with its SQLSTATE.
The Python verifier raises the same classes before any database is asked, so that one word means
one thing on both sides. Messages never contain a token, a secret or a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg

__all__ = [
    "PROBLEMS",
    "ApplyError",
    "AuthenticationRequired",
    "ClaimsError",
    "ClaimsRefused",
    "ConfigurationError",
    "ContextConflict",
    "ContextExpired",
    "ContextMissing",
    "ContextUsageError",
    "DatabaseNotReady",
    "DeployError",
    "EventMalformed",
    "EventUnknown",
    "FileFailed",
    "Forbidden",
    "IdentityErased",
    "InboxError",
    "IsolationAborted",
    "IsolationError",
    "KeyRefused",
    "KeyUnknown",
    "KeysUnavailable",
    "MembershipInactive",
    "MembershipUnknown",
    "OrganizationDeleted",
    "OrganizationRequired",
    "OrgscopeError",
    "PayloadInvalid",
    "PreparedStatementsRefused",
    "Problem",
    "ProviderUnavailable",
    "RequestInvalid",
    "SealKeyMissing",
    "SessionRevoked",
    "SettingsMismatch",
    "SettingsMissing",
    "SnapshotRefused",
    "SqlError",
    "StandbyStale",
    "TokenExpired",
    "TokenRefused",
    "TransactionAborted",
    "TransactionUnusable",
    "UserDeleted",
    "UserUnknown",
    "VersionMismatch",
    "problem_for",
]


class OrgscopeError(Exception):
    """Base class of every error that orgscope raises itself."""


class ConfigurationError(OrgscopeError):
    """A setting is missing or wrong; the message names it and says what to do."""


class ContextUsageError(OrgscopeError):
    """A scoped connection was used in a way that is refused, such as nested."""


class AuthenticationRequired(OrgscopeError):
    """The request carries no verified access token."""


class TransactionAborted(OrgscopeError):
    """COMMIT would roll back, because the error of an earlier statement was swallowed."""


class ProviderUnavailable(OrgscopeError):
    """WorkOS could not be reached, or answered with an error that a later try may not meet."""


class KeysUnavailable(OrgscopeError):
    """No token can be verified: the signing keys were never loaded, or are too old to use."""


class SqlError(OrgscopeError, psycopg.DatabaseError):
    """Base class of the errors that carry an SQLSTATE of class ``WS``."""


class InboxError(SqlError):
    """Group WS1: the event as received."""


class EventMalformed(InboxError, code="WS101"):
    """The body of an event is not a JSON object."""


class EventUnknown(InboxError, code="WS102"):
    """The inbox has no event with this id."""


class ApplyError(SqlError):
    """Group WS2: an event could not be applied to the mirror."""


class PayloadInvalid(ApplyError, code="WS201"):
    """The ``data`` of an event lacks what its family needs, for example ``id``."""


class ClaimsError(SqlError):
    """Group WS3: tokens, claims and contexts."""


class ContextMissing(ClaimsError, code="WS301"):
    """A claim was read, and this transaction has no valid context."""


class OrganizationRequired(ClaimsError, code="WS302"):
    """The organization was read, and the context has none."""


class TokenRefused(ClaimsError, code="WS303"):
    """The token is malformed or its signature does not verify; one text for every cause."""


class TokenExpired(ClaimsError, code="WS304"):
    """The token verified, and its ``exp`` is past."""


class ClaimsRefused(ClaimsError, code="WS305"):
    """The token verified, and a claim is missing, of the wrong type, or not accepted here."""


class KeyUnknown(ClaimsError, code="WS306"):
    """The key that signed the token is not known to the verifier (yet)."""


class SettingsMissing(ClaimsError, code="WS307"):
    """``authz.settings`` has no row; ``orgscope migrate`` writes it."""


class SealKeyMissing(ClaimsError, code="WS308"):
    """No seal key exists, so no context can be opened or read."""


class ContextExpired(ClaimsError, code="WS309"):
    """The context's token expired while its transaction was open."""


class UserDeleted(ClaimsError, code="WS310"):
    """The mirror holds a tombstone for the user."""


class OrganizationDeleted(ClaimsError, code="WS311"):
    """The mirror holds a tombstone for the organization."""


class MembershipUnknown(ClaimsError, code="WS312"):
    """The mirror has no membership of this user in this organization."""


class MembershipInactive(ClaimsError, code="WS313"):
    """The mirror has the membership, and it is pending, inactive or deleted."""


class SessionRevoked(ClaimsError, code="WS314"):
    """The session of the token was revoked."""


class IdentityErased(ClaimsError, code="WS315"):
    """The user or the organization was erased."""


class ContextConflict(ClaimsError, code="WS316"):
    """A context with other claims is already open in this transaction."""


class TransactionUnusable(ClaimsError, code="WS317"):
    """BEGIN and ``authz.begin`` did not arrive as separate messages."""


class SnapshotRefused(ClaimsError, code="WS318"):
    """The transaction's isolation is above READ COMMITTED and no snapshot was asked for."""


class PreparedStatementsRefused(ClaimsError, code="WS319"):
    """The backend holds statements prepared by SQL, which a later request would run."""


class StandbyStale(ClaimsError, code="WS320"):
    """The standby's replicated heartbeat is too old to trust its mirror."""


class Forbidden(ClaimsError, code="WS321"):
    """The login may not open this context, or gave no reason for it."""


class KeyRefused(ClaimsError, code="WS322"):
    """``authz.put_keys`` refused a key."""


class RequestInvalid(ClaimsError, code="WS323"):
    """An argument of ``authz.begin`` is too large or of the wrong form."""


class UserUnknown(ClaimsError, code="WS324"):
    """The mirror has no row for the user."""


class DeployError(SqlError):
    """Group WS4: roles, migrations and versions."""


class FileFailed(DeployError, code="WS401"):
    """A migration or a repeatable file failed; the message names file and line."""


class VersionMismatch(DeployError, code="WS402"):
    """The database is older than this code needs, or newer with a breaking revision."""


class SettingsMismatch(DeployError, code="WS403"):
    """The settings of this process differ from ``authz.settings``."""


class DatabaseNotReady(DeployError, code="WS404"):
    """The database lacks what the operation needs, for example the roles."""


class IsolationError(SqlError):
    """Group WS5: the isolation proof."""


class IsolationAborted(IsolationError, code="WS501"):
    """The proof cannot be trusted, for example because its actor bypasses row security."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What an HTTP client sees of an error (RFC 9457): no message, no token, no row."""

    status: int
    code: str
    title: str
    www_authenticate: str | None = None
    retry_after: int | None = None


_BAD_CREDENTIAL: Final = 'Bearer realm="api", error="invalid_token"'
_UNAVAILABLE: Final = Problem(503, "unavailable", "The service is not ready. Try again.", None, 1)


def _unauthorized(code: str, title: str) -> Problem:
    return Problem(401, code, title, _BAD_CREDENTIAL)


PROBLEMS: Final[dict[str, Problem]] = {
    "WS301": Problem(500, "internal-error", "The request failed."),
    "WS302": Problem(403, "organization-required", "Choose an organization first."),
    "WS303": _unauthorized("invalid-token", "The access token is not valid."),
    "WS304": _unauthorized("session-expired", "The access token has expired."),
    "WS305": _unauthorized("invalid-token", "The access token is not valid."),
    "WS306": Problem(503, "signing-key-unknown", "The signing key is not known yet.", None, 1),
    "WS307": _UNAVAILABLE,
    "WS308": _UNAVAILABLE,
    "WS309": _unauthorized("session-expired", "The access token has expired."),
    "WS310": _unauthorized("session-revoked", "The session is no longer valid."),
    "WS311": Problem(403, "organization-unavailable", "The organization is not available."),
    "WS312": Problem(403, "membership-required", "You are not a member of the organization."),
    "WS313": Problem(403, "membership-required", "You are not a member of the organization."),
    "WS314": _unauthorized("session-revoked", "The session is no longer valid."),
    "WS315": _unauthorized("session-revoked", "The session is no longer valid."),
    "WS317": _UNAVAILABLE,
    "WS319": _UNAVAILABLE,
    "WS320": _UNAVAILABLE,
    "WS324": _unauthorized("session-revoked", "The session is no longer valid."),
}
"""SQLSTATE -> what HTTP says. A code that is not here is a fault of ours: 500."""


def problem_for(error: BaseException) -> Problem | None:
    """Return the problem for an orgscope error, or None when it is a fault of ours (500)."""
    if isinstance(error, AuthenticationRequired):
        return Problem(401, "authentication-required", "Sign in first.", 'Bearer realm="api"')
    if isinstance(error, ProviderUnavailable):
        return Problem(503, "provider-unavailable", "WorkOS cannot be reached.", None, 5)
    if isinstance(error, KeysUnavailable):
        return _UNAVAILABLE
    if isinstance(error, SqlError):
        return PROBLEMS.get(error.sqlstate or "")
    return None
