"""SQL of a file in a script for psql, which reads more into a text than the server does."""

from __future__ import annotations

from typing import Final

from orgscope.deploy.statements import SKIPPED, tokens
from orgscope.errors import FileFailed

__all__ = ["for_psql"]

_NAMES: Final = frozenset({"word", "identifier", "string"})
"""What makes a variable of psql out of a colon before it, as in ``a[1:n]``."""


def for_psql(name: str, text: str) -> str:
    """Return the text of the file ``name`` such that psql sends what the server would be sent.

    A colon is kept off a name, so that no variable is put in, and the last statement is ended.
    Raises FileFailed for a backslash outside of quotes, which is a command to psql.
    """
    parts: list[str] = []
    before, last = "", "end"
    for token in tokens(text):
        if token.kind == "other" and token.text == "\\":
            line = text.count("\n", 0, token.start) + 1
            raise FileFailed(
                f"{name}, line {line}: a backslash outside of quotes is no SQL, and a command to "
                "psql."
            )
        is_variable = before == ":" and token.kind in _NAMES
        parts.append(f" {token.text}" if is_variable else token.text)
        # Of the two colons of a cast the second begins no variable.
        before = "::" if token.text == before == ":" else token.text
        last = last if token.kind in SKIPPED else token.kind
    return "".join((*parts, "" if last == "end" else "\n;"))
