"""Log an error that nobody foresaw: where it happened and what kind it is, never what it says.

Messages of drivers and validators quote rows, parameters and input, so none of them is logged; only
those of orgscope are, because they hold nothing of the kind (``orgscope.errors``).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

from starlette.types import Scope

from orgscope.errors import OrgscopeError, Problem

__all__ = ["report"]

_logger = logging.getLogger(__name__)


def report(error: BaseException, problem: Problem, scope: Scope) -> None:
    """Log the error behind a problem: a fault of ours as ERROR, an outage as WARNING."""
    chain = list(_chain(error))
    extra = {
        "event": f"request.{problem.code}",
        "status": problem.status,
        "error": type(error).__name__,
        "sqlstate": next((state for one in chain if (state := _sqlstate(one))), None),
        "request_id": scope.get("state", {}).get("request_id"),
    }
    if problem.status == 500:
        frames = "".join(_frames(one) for one in reversed(chain))
        _logger.error("A request failed: %s\n%s", _describe(error), frames, extra=extra)
    else:
        _logger.warning(
            "A request was answered with %s: %s (SQLSTATE %s).",
            problem.status,
            _describe(error),
            extra["sqlstate"],
            extra=extra,
        )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _frames(error: BaseException) -> str:
    return "".join([*traceback.format_tb(error.__traceback__), f"{_describe(error)}\n"])


def _describe(error: BaseException) -> str:
    name = type(error).__name__
    # The first line: psycopg appends details and context to what our SQL raised.
    lines = str(error).splitlines() if isinstance(error, OrgscopeError) else []
    return f"{name}: {lines[0]}" if lines else name
