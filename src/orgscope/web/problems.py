"""What a client sees of an error: a problem of RFC 9457 with fixed text, never the message.

``orgscope.errors.PROBLEMS`` is the table from SQLSTATE to HTTP. Here is what has no SQLSTATE, what
the driver raises when the database is away, and the response.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from http.client import responses
from typing import Any, Final

import psycopg
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from orgscope.errors import DeployError, OrgscopeError, Problem, problem_for
from orgscope.errors.problem import INTERNAL_ERROR, UNAVAILABLE

__all__ = ["INTERNAL_ERROR", "HttpError", "is_retryable", "problem_of", "problem_response"]

# RFC 9110's names, which http.client has from Python 3.13 on: a code is the same on every Python.
_PHRASES: Final = {
    **responses,
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}

RETRYABLE: Final = frozenset({"08", "40", "53", "55", "57", "58", "XX"})
"""SQLSTATE classes of errors that are not the statement's fault: a later try may succeed."""


class HttpError(OrgscopeError):
    """An error of the web layer only; it carries its own problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def is_retryable(error: BaseException) -> bool:
    """Return whether the database could not do it now, and a later try may succeed."""
    if isinstance(error, DeployError):
        return True  # Another version or setting is being deployed, here or there.
    # psycopg has no SQLSTATE when there was no server, or no free connection, to ask.
    return isinstance(error, psycopg.OperationalError) or (
        isinstance(error, psycopg.Error) and (error.sqlstate or "")[:2] in RETRYABLE
    )


def problem_of(error: BaseException) -> Problem:
    """Return the problem for any error; what nobody foresaw is ``INTERNAL_ERROR``."""
    if isinstance(error, HttpError):
        return error.problem
    if isinstance(error, HTTPException):
        return _http_problem(error)
    if isinstance(error, DBAPIError) and error.orig is not None:
        return problem_of(error.orig)
    return problem_for(error) or (UNAVAILABLE if is_retryable(error) else INTERNAL_ERROR)


def problem_response(
    scope: Scope, problem: Problem, *, headers: Mapping[str, str] | None = None, **members: Any
) -> JSONResponse:
    """Return the response; ``members`` are extension members (RFC 9457, section 3.2).

    ``instance`` is the request id, by which the log can be searched.
    """
    fields = {"Cache-Control": "no-store", **(headers or {})}
    if problem.www_authenticate is not None:
        fields["WWW-Authenticate"] = problem.www_authenticate
    if problem.retry_after is not None:
        fields["Retry-After"] = str(problem.retry_after)
    body = {
        "type": f"urn:orgscope:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        **members,
    }
    if (request_id := scope.get("state", {}).get("request_id")) is not None:
        body["instance"] = request_id
    return JSONResponse(body, problem.status, fields, "application/problem+json")


def _http_problem(error: HTTPException) -> Problem:
    """Return the problem for Starlette's own error; its detail is the application's text."""
    if error.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return INTERNAL_ERROR
    phrase = _PHRASES.get(error.status_code, "Refused")
    return Problem(error.status_code, phrase.lower().replace(" ", "-"), error.detail)
