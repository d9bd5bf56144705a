"""The two roots: every error of orgscope, and those that carry an SQLSTATE."""

from __future__ import annotations

import psycopg

__all__ = ["OrgscopeError", "SqlError"]


class OrgscopeError(Exception):
    """Base class of every error that orgscope raises itself."""


class SqlError(OrgscopeError, psycopg.DatabaseError):
    """Base class of the errors that carry an SQLSTATE of class ``WS``."""
