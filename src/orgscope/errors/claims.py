"""Errors of tokens, claims and contexts (WS3)."""

from __future__ import annotations

from orgscope.errors.base import SqlError

__all__ = [
    "ClaimsError",
    "ClaimsRefused",
    "ContextConflict",
    "ContextExpired",
    "ContextMissing",
    "Forbidden",
    "IdentityErased",
    "KeyRefused",
    "KeyUnknown",
    "MembershipInactive",
    "MembershipUnknown",
    "OrganizationDeleted",
    "OrganizationRequired",
    "PreparedStatementsRefused",
    "RequestInvalid",
    "SealKeyMissing",
    "SessionRevoked",
    "SettingsMissing",
    "SnapshotRefused",
    "StandbyStale",
    "TokenExpired",
    "TokenRefused",
    "TransactionUnusable",
    "UserDeleted",
    "UserUnknown",
]


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
    """The organization is deleted in the mirror, or a job named one that it does not know."""


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
    """``authz.put_keys`` or ``authz.withdraw_keys`` refused a key, or what came instead of keys."""


class RequestInvalid(ClaimsError, code="WS323"):
    """An argument of ``authz.begin`` is too large or of the wrong form."""


class UserUnknown(ClaimsError, code="WS324"):
    """The mirror has no row for the user."""
