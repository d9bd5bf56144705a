"""Starlette's exception handlers: from an error of an endpoint to its problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from orgscope.errors import PROBLEMS, KeyUnknown, OrgscopeError, Problem
from orgscope.web.problems import problem_of, problem_response
from orgscope.web.report import report
from orgscope.web.services import find_services

__all__ = ["orgscope_exception_handlers", "token_problem"]


def orgscope_exception_handlers() -> dict[Any, Any]:
    """Return the handlers, for ``Starlette(exception_handlers=…)``."""
    return {OrgscopeError: handle_error, HTTPException: handle_error}


def token_problem(error: OrgscopeError) -> Problem:
    """Return the problem for a token that was refused before any database was asked.

    A key that is not in WorkOS's own key set will not be known in a second, so 401; where only the
    database lacks it, the answer is 503.
    """
    return PROBLEMS["WS303"] if isinstance(error, KeyUnknown) else problem_of(error)


async def handle_error(request: Request, error: Exception) -> Response:
    """Answer with the problem of an error; a fault of ours and an outage are logged."""
    problem = problem_of(error)
    if isinstance(error, HTTPException):
        if problem.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            return Response(status_code=problem.status, headers=error.headers)
        return problem_response(request.scope, problem, headers=error.headers)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        report(error, problem, request.scope)
    services = find_services(request.scope)
    if isinstance(error, KeyUnknown) and services is not None:
        services.key_unknown()
    return problem_response(request.scope, problem)
