"""The lists of the WorkOS API, page by page, by the paths that the families register."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from orgscope.errors import ProviderRefused
from orgscope.provider import Page, WorkOS

__all__ = ["find_in_list", "read_list", "read_list_page", "read_place"]

LIMIT: Final = "100"
_LONG: Final = 1000


async def read_list_page(workos: WorkOS, path: str, after: str | None) -> Page:
    """Return the page of a list that follows ``after``, oldest first.

    ``path`` may have parameters, such as ``/directory_users?directory=directory_01A``. New objects
    come last in this order, so that a list which is read for long misses none.

    Raises ProviderError.
    """
    parts = urlsplit(path)
    params = {**dict(parse_qsl(parts.query)), "limit": LIMIT, "order": "asc"}
    return await workos.get_page(
        parts.path, params if after is None else {**params, "after": after}
    )


async def read_list(workos: WorkOS, path: str) -> AsyncIterator[Page]:
    """Return every page of a list; raises as `read_list_page`."""
    after: str | None = None
    while True:
        page = await read_list_page(workos, path, after)
        yield page
        after = page.after
        if after is None:
            return


async def find_in_list(workos: WorkOS, path: str, object_id: str) -> str | None:
    """Return the object of a list, None when it is not in it or the list is gone.

    The mirror's key of what has no id ends with its id in the list.
    """
    wanted = object_id.rpartition(":")[2]
    try:
        async for page in read_list(workos, path):
            if wanted in page.ids:
                return json.dumps(_loads(page.text)["data"][page.ids.index(wanted)])
    except ProviderRefused as error:
        if error.reason != "not_found":
            raise
    return None


async def read_place(workos: WorkOS, place: Any, object_id: str) -> str | None:
    """Return an object of the mirror as WorkOS shows it, with its parent; None when it is gone.

    ``place`` is a row of ``sync.object_path`` with one of its two paths. What WorkOS shows below a
    parent may not say whose it is, and what it shows under a name may be another object by now.

    Raises ProviderError.
    """
    if place.get_path is not None:
        body = await workos.get(place.get_path)
    else:
        body = await find_in_list(workos, place.list_path, object_id)
    if body is None:
        return None
    if place.expected_id is not None and _loads(body).get("id") != place.expected_id:
        return None
    if place.parent_id is None:
        return body
    return json.dumps({place.parent_column: place.parent_id} | _loads(body))


def _loads(text: str) -> Any:
    """Read JSON whatever its numbers are: Python refuses integers of more than 4,300 digits."""
    return json.loads(text, parse_int=_number)


def _number(digits: str) -> float | int:
    return int(digits) if len(digits) < _LONG else float(digits)
