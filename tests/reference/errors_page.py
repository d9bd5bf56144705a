"""The page docs/reference/errors.md, made from ``orgscope.errors`` and the web layer's answers.

``python -m tests.reference.errors_page`` writes it; a test compares it with the code.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Final

from orgscope import errors
from orgscope.errors import OrgscopeError, SqlError
from orgscope.web.problems import problem_of

__all__ = ["PAGE", "classes", "page"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"

_HEAD: Final = """\
# Errors

Made from the code by `python -m tests.reference.errors_page`; a test compares it. Change the docstrings in `src/orgscope/errors/`, not this page.

Every error that orgscope raises is an `orgscope.errors.OrgscopeError`. One with an SQLSTATE is raised by PostgreSQL or by Python, with the same
class and the same meaning: psycopg raises the class of a code by itself. `except psycopg.DatabaseError` catches those too.

The last column is what `orgscope.web` answers when the error leaves an endpoint: the status, the `code` of the problem (RFC 9457), and after how many seconds a client may try
again. The body never holds the message. 500 is a fault on the server's side, and says nothing more.
"""


def classes() -> list[type[OrgscopeError]]:
    """Return every class of error that is public, in the order of the module tree."""
    found = (getattr(errors, name) for name in errors.__all__)
    return [one for one in found if inspect.isclass(one) and issubclass(one, OrgscopeError)]


def page() -> str:
    """Return the page as the code is now."""
    parts = [_HEAD]
    with_code = sorted(
        (one for one in classes() if issubclass(one, SqlError) and one.sqlstate),
        key=lambda one: str(one.sqlstate),
    )
    for group in sorted({one.__base__ for one in with_code}, key=_meaning):
        rows = [
            f"| {one.sqlstate} | `{one.__name__}` | {_meaning(one)} | {_answer(one)} |"
            for one in with_code
            if one.__base__ is group
        ]
        title = _meaning(group).removeprefix("Group ").removesuffix(".")
        parts.append(_table(f"{title} (`{group.__name__}`)", ("SQLSTATE", "class"), rows))
    without = [
        one for one in classes() if not issubclass(one, SqlError) and one is not OrgscopeError
    ]
    rows = [f"| `{one.__name__}` | {_meaning(one)} | {_answer(one)} |" for one in without]
    parts.append(_table("Without SQLSTATE: Python only", ("class",), rows))
    return "\n".join(parts)


def _table(title: str, first: tuple[str, ...], rows: list[str]) -> str:
    columns = (*first, "meaning", "HTTP")
    return "\n".join(
        (f"## {title}", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *rows, "")
    )


def _meaning(one: type[OrgscopeError] | None) -> str:
    """Return the first paragraph of the docstring, in the form of Markdown."""
    text = inspect.getdoc(one) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")


def _answer(one: type[OrgscopeError]) -> str:
    problem = problem_of(one("any message"))
    again = "" if problem.retry_after is None else f", again after {problem.retry_after} s"
    return f"{problem.status} `{problem.code}`{again}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
