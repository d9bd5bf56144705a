"""Errors of the Python shell, which have no SQLSTATE."""

from __future__ import annotations

from orgscope.errors.base import OrgscopeError

__all__ = [
    "AuthenticationRequired",
    "ConfigurationError",
    "ContextUsageError",
    "KeysUnavailable",
    "ProviderUnavailable",
    "TransactionAborted",
]


class ConfigurationError(OrgscopeError):
    """A setting is missing or wrong; the message names it and says what to do."""


class ContextUsageError(OrgscopeError):
    """A scoped connection was used in a way that is refused, such as nested."""


class AuthenticationRequired(OrgscopeError):
    """The request carries no verified access token."""


class TransactionAborted(OrgscopeError):
    """COMMIT would roll back, because the error of an earlier statement was swallowed."""


class ProviderUnavailable(OrgscopeError):
    """WorkOS could not be reached, or answered with an error that a later try may not meet.

    ``retry_after_s`` is after how many seconds a try can reach WorkOS again; where the failure is
    remembered, the seconds that remain until it is forgotten.
    """

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class KeysUnavailable(OrgscopeError):
    """No token can be verified: the signing keys were never loaded, or are too old to use."""
