"""Errors of the Python shell, which have no SQLSTATE."""

from __future__ import annotations

from typing import Literal

from orgscope.errors.base import OrgscopeError

__all__ = [
    "AuthenticationRequired",
    "ConfigurationError",
    "ContextUsageError",
    "KeysUnavailable",
    "ProviderError",
    "ProviderReason",
    "ProviderRefused",
    "ProviderUnavailable",
    "RunStopped",
    "TransactionAborted",
    "WrongEnvironment",
]

ProviderReason = Literal[
    "unauthorized",
    "forbidden",
    "not_found",
    "bad_request",
    "rate_limited",
    "server_error",
    "timeout",
    "unreachable",
    "redirected",
    "not_json",
    "truncated",
    "unexpected",
    "too_large",
    "unavailable",
]
"""Why WorkOS could not be read. The first four are refusals, the others may pass.

``unavailable`` is said where no call was made, or nothing more is known.
"""


class ConfigurationError(OrgscopeError):
    """A setting is missing or wrong; the message names it and says what to do."""


class ContextUsageError(OrgscopeError):
    """A scoped connection was used in a way that is refused, such as nested."""


class AuthenticationRequired(OrgscopeError):
    """The request carries no verified access token."""


class TransactionAborted(OrgscopeError):
    """COMMIT would roll back, because the error of an earlier statement was swallowed."""


class ProviderError(OrgscopeError):
    """WorkOS could not be read; ``reason`` says why in one word, the message what to do.

    The message names an endpoint without its identifiers, and holds nothing of an answer but
    the status and WorkOS's own word for the error. It may be stored and shown.
    """

    def __init__(self, message: str, *, reason: ProviderReason = "unavailable") -> None:
        super().__init__(message)
        self.reason: ProviderReason = reason


class ProviderUnavailable(ProviderError):
    """WorkOS could not be reached, or answered with an error that a later try may not meet.

    ``retry_after_s`` is after how many seconds a try can reach WorkOS again; where the failure is
    remembered, the seconds that remain until it is forgotten.
    """

    def __init__(
        self, message: str, *, reason: ProviderReason = "unavailable", retry_after_s: int = 5
    ) -> None:
        super().__init__(message, reason=reason)
        self.retry_after_s = retry_after_s


class ProviderRefused(ProviderError):
    """WorkOS understood the call and refuses it: the same call is refused again.

    ``code`` is WorkOS's word for it, such as ``invalid_request_parameters``, or None.
    """

    def __init__(
        self, message: str, *, reason: ProviderReason = "bad_request", code: str | None = None
    ) -> None:
        super().__init__(message, reason=reason)
        self.code = code


class KeysUnavailable(OrgscopeError):
    """No token can be verified: the signing keys were never loaded, or are too old to use."""


class WrongEnvironment(OrgscopeError):
    """The API key is of another environment than the mirror; nothing was written."""


class RunStopped(OrgscopeError):
    """A reconcile would delete more than it does by itself; nothing of that was deleted."""
