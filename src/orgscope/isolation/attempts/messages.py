"""What PostgreSQL says beside the result of a statement: notices, and the texts of an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import psycopg

from orgscope.isolation.world.ownership import words_of

__all__ = ["Message", "heard", "masked", "telling"]

_CHATTER: Final = ("DEBUG", "LOG")
_DIGIT: Final = re.compile(r"\d")
_TOKEN: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Message:
    """A notice, or an error, with its detail and its hint."""

    text: str
    repeats: bool
    """Whether it is said again in the same case: PostgreSQL's own DEBUG depends on its caches."""

    @classmethod
    def of(cls, diagnostic: psycopg.errors.Diagnostic) -> Self:
        """Read one; what psycopg hands to a handler is gone after it."""
        said = (
            diagnostic.message_primary,
            diagnostic.message_detail,
            diagnostic.message_hint,
            diagnostic.column_name,
            diagnostic.constraint_name,
            diagnostic.datatype_name,
            diagnostic.table_name,
            diagnostic.schema_name,
        )
        severity = diagnostic.severity_nonlocalized
        return cls("\n".join(filter(None, said)), severity not in _CHATTER)


@contextmanager
def heard(connection: psycopg.Connection[Any]) -> Iterator[list[Message]]:
    """Collect what is said meanwhile, as low as a request may listen, to the next rollback."""
    messages: list[Message] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        messages.append(Message.of(diagnostic))

    connection.execute("set local client_min_messages = debug1")
    connection.add_notice_handler(hear)
    try:
        yield messages
    finally:
        connection.remove_notice_handler(hear)


def telling(messages: Iterable[Message]) -> frozenset[str]:
    """Return the words that may be somebody's: a sentence may have any word that has no digit."""
    words = words_of("\n".join(message.text for message in messages))
    return frozenset(word for word in words if _DIGIT.search(word))


def masked(messages: Iterable[Message], values: Iterable[str]) -> tuple[str, ...]:
    """Return what is said in any such case, with a sign for the values and for their words."""
    texts = tuple(message.text for message in messages if message.repeats)
    if not texts:
        return texts
    whole = set(values)
    signs = {*whole, *(word for value in whole for word in _TOKEN.findall(value))} - {""}
    # A sign must not hide the rest of a longer value.
    longest = "|".join(re.escape(one) for one in sorted(signs, key=len, reverse=True))
    return tuple(re.sub(rf"(?<!\w)(?:{longest})(?!\w)", "$", text) for text in texts)
