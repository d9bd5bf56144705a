"""Errors of the isolation proof (WS5)."""

from __future__ import annotations

from orgscope.errors.base import SqlError

__all__ = ["IsolationAborted", "IsolationError"]


class IsolationError(SqlError):
    """Group WS5: the isolation proof."""


class IsolationAborted(IsolationError, code="WS501"):
    """The proof cannot be trusted, for example because its actor bypasses row security."""
