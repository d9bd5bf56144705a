"""What a command says of an error: one message, and never a URL, a row or a parameter."""

from __future__ import annotations

import sys
from typing import Final

import psycopg
from pydantic import ValidationError

from orgscope.errors import OrgscopeError

__all__ = ["describe", "failures"]

_NOT_DEPLOYED: Final = frozenset({"3F000", "42883", "42P01", "42501"})
"""A schema, function or table that is not there, or may not be used."""

_VALUES: Final = "22"
"""The class of errors whose messages quote the value that was refused."""


def failures(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """Return the errors of ordinary mistakes and of outages, and ``others``; any other is a bug.

    SQLAlchemy's is among them once a command has imported it: nothing raises it before, and the
    import would be a third of the time of the commands that do without.
    """
    sqlalchemy = sys.modules.get("sqlalchemy.exc")
    wrapping = () if sqlalchemy is None else (sqlalchemy.DBAPIError,)
    return (OrgscopeError, ValidationError, psycopg.Error, *wrapping, *others)


def describe(error: BaseException) -> str:
    """Return what to say of one of `failures`.

    Of the server's errors it is the primary message: its details and contexts show rows and
    parameters. What SQLAlchemy wraps is said as the driver's error.
    """
    if isinstance(error, ValidationError):  # never its input, which holds passwords
        return "; ".join(_fault(fault["loc"], fault["msg"]) for fault in error.errors())
    if isinstance(wrapped := getattr(error, "orig", None), BaseException):
        return describe(wrapped)
    if isinstance(error, OrgscopeError):
        return _ours(error)
    return _drivers(error) if isinstance(error, psycopg.Error) else type(error).__name__


def _ours(error: OrgscopeError) -> str:
    """Return the message; where our SQL raised it, with its hint and nothing that psycopg adds."""
    if not isinstance(error, psycopg.Error) or error.diag.message_primary is None:
        return str(error)
    hint = error.diag.message_hint
    return f"{error.diag.message_primary}. {hint}" if hint else error.diag.message_primary


def _drivers(error: psycopg.Error) -> str:
    state = error.sqlstate or ""
    if state in _NOT_DEPLOYED:
        return (
            "orgscope is not deployed in this database, or this login may not do that: run "
            "orgscope migrate / see orgscope doctor"
        )
    if state.startswith(_VALUES):
        return f"the database refused a value ({type(error).__name__}, SQLSTATE {state})"
    if error.diag.message_primary is not None:
        return error.diag.message_primary
    if isinstance(error, psycopg.OperationalError):
        return "the connection to the database broke: try again / see orgscope doctor"
    return f"the database driver raised {type(error).__name__}"


def _fault(where: tuple[int | str, ...], message: str) -> str:
    return ": ".join((*map(str, where), message.removeprefix("Value error, ")))
