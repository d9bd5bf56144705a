"""An answer as text, exactly as WorkOS sent it, and the list in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from orgscope.provider.failure import failure

__all__ = ["Json", "Page", "read_object", "read_page", "read_text"]

Json = dict[str, Any]


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON; PostgreSQL refuses them later."""
    raise ValueError(constant)


_DECODER: Final = json.JSONDecoder(parse_int=float, parse_constant=_refuse)
"""Takes every number as a float: none is too long for it."""

_SPACE: Final = re.compile(r"[ \t\n\r]*")

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}]', re.DOTALL)
"""A string, so that a bracket in it counts for none, or a bracket."""

_SHALLOW: Final = 16
"""How deep a page is read that is nested too deep for Python; ids and the cursor are at 3."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    text: str = field(repr=False)
    """The whole body as received, with numbers, escapes and the order of keys as they were."""

    ids: tuple[str | None, ...]
    """The ``id`` of each object of ``data``, in order; None where an object has none."""

    after: str | None
    """The cursor of the next page; None on the last one, and at the head of the events."""

    @property
    def data(self) -> str:
        """The text of ``data``, an array of objects, as it is in the body.

        PostgreSQL's ``json_array_elements(data::json)`` takes every object of it apart unchanged.
        Of the whole body it cannot even take ``data`` when one object has an escape that is no
        character, such as U+0000: ``->`` looks at all strings on its way.
        """
        return _member_text(self.text, "data")


def read_text(body: bytes, endpoint: str) -> str:
    """Return the text of a JSON object.

    Raises ProviderUnavailable: ``not_json``, ``truncated``, or ``unexpected`` for another value.
    """
    _parse(body, endpoint)
    return body.decode()


def read_object(text: str, endpoint: str, object_id: str | None = None) -> Json:
    """Return the object of a text that ``read_text`` returned, with numbers as Python has them.

    ``object_id`` is the id that was asked for. Raises ProviderUnavailable (``unexpected``) for
    another one, and for a number or a depth that Python cannot hold.
    """
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise failure("unexpected", endpoint) from None
    if object_id is not None and value.get("id") != object_id:
        raise failure("unexpected", endpoint)
    return value


def read_page(body: bytes, endpoint: str) -> Page:
    """Return the page of a body.

    A list that WorkOS sends whole, such as the roles of an organization, has no ``list_metadata``.

    Raises ProviderUnavailable: as ``read_text``, and ``unexpected`` when it is no list of objects.
    """
    value = _parse(body, endpoint)
    data, metadata = value.get("data"), value.get("list_metadata", {})
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise failure("unexpected", endpoint)
    if not isinstance(metadata, dict):
        raise failure("unexpected", endpoint)
    after = metadata.get("after")
    # A cursor that cannot be read is not the end: what comes after it would look deleted.
    if after is not None and not (isinstance(after, str) and after):
        raise failure("unexpected", endpoint)
    ids = tuple(one["id"] if isinstance(one.get("id"), str) else None for one in data)
    return Page(body.decode(), ids, after)


def _member_text(text: str, name: str) -> str:
    """Return the text of a member of a JSON object; of the last one, if its name is repeated."""
    found, at = "", _skip_space(text, text.index("{") + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        begin = _skip_space(text, _skip_space(text, at) + len(":"))
        at = _value_end(text, begin)
        if key == name:
            found = text[begin:at]
        at = _skip_space(text, at)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
    return found


def _value_end(text: str, begin: int) -> int:
    """Return where the JSON value ends that begins there."""
    try:
        return _DECODER.raw_decode(text, begin)[1]
    except RecursionError:
        return next(token.end() for token, depth in _brackets(text, begin) if depth == 0)


def _shallow(text: str) -> str:
    """Return a JSON text with null for what is nested deeper than _SHALLOW.

    PostgreSQL reads deeper than Python does. So one object that is nested that deep must not keep
    Python from reading the ids of the others, and the cursor.
    """
    kept, begin = [], 0
    for token, depth in _brackets(text):
        if token[0] in "[{" and depth == _SHALLOW + 1:
            kept.append(text[begin : token.start()])
            begin = token.start()
        elif token[0] in "]}" and depth == _SHALLOW:
            kept.append("null")
            begin = token.end()
    return "".join(kept) + text[begin:]


def _brackets(text: str, begin: int = 0) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each bracket outside of strings, with how many are open behind it."""
    depth = 0
    for token in _TOKEN.finditer(text, begin):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        else:
            continue
        yield token, depth


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _parse(body: bytes, endpoint: str) -> Json:
    """Return the JSON object of a body."""
    try:
        text = body.decode()
        try:
            value = _DECODER.decode(text)
        except RecursionError:
            value = _DECODER.decode(_shallow(text))
    except (ValueError, RecursionError):
        begun = body.lstrip()[:1] in (b"{", b"[")
        raise failure("truncated" if begun else "not_json", endpoint) from None
    if not isinstance(value, dict):
        raise failure("unexpected", endpoint)
    return value
