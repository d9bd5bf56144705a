"""Pages of a list: ``limit``, ``order``, ``after``, ``before``, and ``list_metadata``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, Literal

from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.ids import ID_PATTERN
from orgscope.devworkos.wire import JsonObject

__all__ = ["DEFAULT_LIMIT", "FIRST_PAGE", "MAX_LIMIT", "Page", "paged"]

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 100
_CURSOR: Final = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for.

    ``order`` is by creation: ``desc`` (the default) newest first, ``asc`` oldest first, ``normal``
    newest first with ``after`` meaning newer and ``before`` meaning older.
    """

    limit: int = DEFAULT_LIMIT
    order: Literal["asc", "desc", "normal"] = "desc"
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise invalid("limit", f"limit must be between 1 and {MAX_LIMIT}")
        if self.order not in ("asc", "desc", "normal"):
            raise invalid("order", "order must be asc, desc or normal")
        if self.after is not None and self.before is not None:
            raise invalid("before", "before and after exclude each other")
        for cursor in (self.after, self.before):
            if cursor is not None and not _CURSOR.fullmatch(cursor):
                raise ApiError.of(400, "invalid_request_parameters", "The cursor is not an id.")


FIRST_PAGE: Final = Page()
"""What a list call without arguments asks for."""


def paged(
    rows: Iterable[JsonObject], page: Page, *, show: Callable[[JsonObject], JsonObject] = deepcopy
) -> JsonObject:
    """Return the list object with the asked part of ``rows``, each turned by ``show``.

    The cursor is a place in the order of ids, so the id of an object that is gone still works.
    """
    ordered = sorted(rows, key=_id)
    older, newer = page.after, page.before  # newest first: after means older
    if page.order != "desc":
        older, newer = newer, older
    if newer is not None:
        ordered = [row for row in ordered if row["id"] > newer]
    if older is not None:
        ordered = [row for row in ordered if row["id"] < older]
    # The page touches its cursor: the oldest rows when newer than something, else the newest ones.
    from_oldest = newer is not None or (page.order == "asc" and older is None)
    chosen = ordered[: page.limit] if from_oldest else ordered[-page.limit :]
    more = len(ordered) > len(chosen)
    has_older = (more and not from_oldest) or newer is not None
    has_newer = (more and from_oldest) or older is not None
    oldest = chosen[0]["id"] if chosen and has_older else None
    newest = chosen[-1]["id"] if chosen and has_newer else None
    before, after = (oldest, newest) if page.order != "desc" else (newest, oldest)
    data = [show(row) for row in (chosen if page.order == "asc" else reversed(chosen))]
    return {
        "object": "list",
        "data": data,
        "list_metadata": {"before": before, "after": after},
    }


def _id(row: JsonObject) -> str:
    return str(row["id"])
