"""Pages of a list: ``limit``, ``order``, ``after``, ``before``, and ``list_metadata``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.ids import ID_PATTERN, neighbour
from orgscope.devworkos.table import Rows, Table
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["DEFAULT_LIMIT", "FIRST_PAGE", "MAX_LIMIT", "Page", "paged"]

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 100
_CURSOR: Final = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for.

    ``order`` is by creation: ``desc`` (the default) newest first, ``asc`` oldest first, ``normal``
    newest first with ``after`` meaning newer and ``before`` meaning older. ``cut_to`` is how many
    rows it holds at most when WorkOS gives fewer than asked for, which may be none.
    """

    limit: int = DEFAULT_LIMIT
    order: Literal["asc", "desc", "normal"] = "desc"
    after: str | None = None
    before: str | None = None
    cut_to: int | None = None

    @property
    def size(self) -> int:
        """How many rows the page holds at most."""
        return self.limit if self.cut_to is None else self.cut_to

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
    rows: Iterable[JsonObject] | Rows | Table,
    page: Page,
    *,
    show: Callable[[JsonObject], JsonObject] = copied,
    fits: Callable[[JsonObject], bool] = lambda _row: True,
) -> JsonObject:
    """Return the list object with the asked part of the ``rows`` that fit, each turned by ``show``.

    The cursor is a place in the order of ids, so the id of an object that is gone still works.
    A table or its ``Rows`` cost one page; any other rows are sorted first.
    """
    if isinstance(rows, Table):
        rows = rows.rows
    elif not isinstance(rows, Rows):
        rows = Rows.of(rows)
    older, newer = page.after, page.before  # newest first: after means older
    if page.order != "desc":
        older, newer = newer, older
    # The page touches its cursor: the oldest rows when newer than something, else the newest ones.
    from_oldest = newer is not None or (page.order == "asc" and older is None)
    walk = rows.newer_than(newer) if from_oldest else rows.older_than(older)
    found = list(islice((row for row in walk if fits(row)), page.size + 1))
    chosen, more = found[: page.size], len(found) > page.size
    begin = chosen[0]["id"] if chosen and (newer or older) else None
    end = None
    if more:
        step_back = -1 if from_oldest else 1
        end = chosen[-1]["id"] if chosen else neighbour(found[0]["id"], step_back)
    onwards = "after" if from_oldest == (page.order != "desc") else "before"
    backwards = "before" if onwards == "after" else "after"
    if from_oldest != (page.order == "asc"):
        chosen.reverse()
    return {
        "object": "list",
        "data": [show(row) for row in chosen],
        "list_metadata": {"before": None, "after": None} | {onwards: end, backwards: begin},
    }
