"""Every error orgscope raises: one class per SQLSTATE, and one table from SQLSTATE to HTTP.

    OrgscopeError
    ├── ConfigurationError                 settings or environment, before any database
    ├── ContextUsageError                  a scoped connection was used in a way that is refused
    ├── AuthenticationRequired             no verified access token (401)
    ├── TransactionAborted                 COMMIT would roll back
    ├── ProviderError                      WorkOS could not be read; ``reason`` says why
    │   ├── ProviderUnavailable            a later try may succeed (503)
    │   └── ProviderRefused                the same call is refused again
    ├── WrongEnvironment                   the API key is of another environment
    ├── RunStopped                         a reconcile would delete too much
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

from orgscope.errors.base import OrgscopeError, SqlError
from orgscope.errors.claims import (
    ClaimsError,
    ClaimsRefused,
    ContextConflict,
    ContextExpired,
    ContextMissing,
    Forbidden,
    IdentityErased,
    KeyRefused,
    KeyUnknown,
    MembershipInactive,
    MembershipUnknown,
    OrganizationDeleted,
    OrganizationRequired,
    PreparedStatementsRefused,
    RequestInvalid,
    SealKeyMissing,
    SessionRevoked,
    SettingsMissing,
    SnapshotRefused,
    StandbyStale,
    TokenExpired,
    TokenRefused,
    TransactionUnusable,
    UserDeleted,
    UserUnknown,
)
from orgscope.errors.deploy import (
    DatabaseNotReady,
    DeployError,
    FileFailed,
    SettingsMismatch,
    VersionMismatch,
)
from orgscope.errors.event import (
    ApplyError,
    ChangesUnreachable,
    ErasureBusy,
    ErasureRefused,
    EventMalformed,
    EventUnknown,
    FamilyUnknown,
    InboxError,
    ParentAbsent,
    PayloadInvalid,
    RunUnknown,
    TaskRefused,
)
from orgscope.errors.isolation import IsolationAborted, IsolationError
from orgscope.errors.problem import PROBLEMS, Problem, problem_for
from orgscope.errors.shell import (
    AuthenticationRequired,
    ConfigurationError,
    ContextUsageError,
    KeysUnavailable,
    ProviderError,
    ProviderReason,
    ProviderRefused,
    ProviderUnavailable,
    RunStopped,
    TransactionAborted,
    WrongEnvironment,
)

__all__ = [
    "PROBLEMS",
    "ApplyError",
    "AuthenticationRequired",
    "ChangesUnreachable",
    "ClaimsError",
    "ClaimsRefused",
    "ConfigurationError",
    "ContextConflict",
    "ContextExpired",
    "ContextMissing",
    "ContextUsageError",
    "DatabaseNotReady",
    "DeployError",
    "ErasureBusy",
    "ErasureRefused",
    "EventMalformed",
    "EventUnknown",
    "FamilyUnknown",
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
    "ParentAbsent",
    "PayloadInvalid",
    "PreparedStatementsRefused",
    "Problem",
    "ProviderError",
    "ProviderReason",
    "ProviderRefused",
    "ProviderUnavailable",
    "RequestInvalid",
    "RunStopped",
    "RunUnknown",
    "SealKeyMissing",
    "SessionRevoked",
    "SettingsMismatch",
    "SettingsMissing",
    "SnapshotRefused",
    "SqlError",
    "StandbyStale",
    "TaskRefused",
    "TokenExpired",
    "TokenRefused",
    "TransactionAborted",
    "TransactionUnusable",
    "UserDeleted",
    "UserUnknown",
    "VersionMismatch",
    "WrongEnvironment",
    "problem_for",
]
