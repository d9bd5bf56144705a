"""The lists of the WorkOS API, page by page, by the paths that the families register."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from orgscope.errors import ProviderRefused
from orgscope.provider import Page, WorkOS

__all__ = ["read_list", "read_list_page", "read_place", "read_places"]

LIMIT: Final = "100"
_LONG: Final = 1000


async def read_list_page(workos: WorkOS, path: str, after: str | None) -> Page:
    """Return the page of a list that follows ``after``, oldest first.

    ``path`` may have parameters, such as ``/directory_users?directory=directory_01A``. What follows
    ``#`` is not sent: it is the directory whose rate limit the call counts for. New objects come
    last in this order, so that a list which is read for long misses none.

    Raises ProviderError.
    """
    parts = urlsplit(path)
    params = {**dict(parse_qsl(parts.query)), "limit": LIMIT, "order": "asc"}
    return await workos.get_page(
        parts.path,
        params if after is None else {**params, "after": after},
        directory_id=parts.fragment or None,
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


async def read_place(workos: WorkOS, place: Any, object_id: str) -> str | None:
    """Return an object of the mirror as WorkOS shows it; None when it is gone.

    ``place`` and what is raised are as in `read_places`.
    """
    return (await read_places(workos, place, [object_id]))[object_id]


async def read_places(
    workos: WorkOS, place: Any, object_ids: Sequence[str]
) -> dict[str, str | None]:
    """Return objects of the mirror as WorkOS shows them, with their parent; None for who is gone.

    ``place`` is a row of ``sync.object_path`` with one of its two paths. It is that of one object,
    or the list in which all of them are, which is read once. What WorkOS shows below a parent may
    not say whose it is, and what it shows under a name may be another object by now.

    Raises ProviderError.
    """
    if place.get_path is not None:
        [object_id] = object_ids
        return {object_id: _checked(place, await workos.get(place.get_path))}
    found = await _find_in_list(workos, place.list_path, object_ids)
    return {object_id: _checked(place, found.get(object_id)) for object_id in object_ids}


async def _find_in_list(workos: WorkOS, path: str, object_ids: Sequence[str]) -> dict[str, str]:
    """Return those of some objects that a list has; none of them when the list is gone.

    The mirror's key of what has no id ends with its id in the list.
    """
    wanted = {object_id.rpartition(":")[2]: object_id for object_id in object_ids}
    found: dict[str, str] = {}
    try:
        async for page in read_list(workos, path):
            here = wanted.keys() & set(page.ids)
            if here:
                objects = _loads(page.text)["data"]
                found |= {
                    wanted[id_]: json.dumps(one)
                    for id_, one in zip(page.ids, objects, strict=True)
                    if id_ in here
                }
            if len(found) == len(wanted):
                break
    except ProviderRefused as error:
        if error.reason != "not_found":
            raise
    return found


def _checked(place: Any, body: str | None) -> str | None:
    """Return what was read at a place with the parent of that; None when it is another object."""
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
