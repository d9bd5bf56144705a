"""Pages of lists: every order and cursor, compared with a plain model."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS, Page
from orgscope.devworkos.ids import IdFactory
from orgscope.devworkos.paging import paged

FACTORY = IdFactory(seed=3)
ROWS = [{"id": FACTORY.new("user", ms)} for ms in range(9)]
OLDEST_FIRST = [row["id"] for row in ROWS]


def at(page: Page, step: str, cursor: str | None) -> Page:
    """Return the page that ``after`` or ``before`` leads to."""
    return replace(page, after=cursor) if step == "after" else replace(page, before=cursor)


def walk(page: Page, step: str) -> list[list[str]]:
    """Follow the cursor ``after`` or ``before`` to the end, and return the pages' ids."""
    pages: list[list[str]] = []
    cursor: str | None = None
    while True:
        answer = paged(ROWS, at(page, step, cursor))
        pages.append([row["id"] for row in answer["data"]])
        cursor = answer["list_metadata"][step]
        if cursor is None:
            return pages


def flat(pages: list[list[str]]) -> list[str]:
    return [identifier for page in pages for identifier in page]


@given(limit=st.integers(1, 12))
def test_pages__followed_to_the_end__hold_every_row_once(limit: int) -> None:
    ascending = walk(Page(limit, "asc"), "after")
    descending = walk(Page(limit, "desc"), "after")
    normal = walk(Page(limit, "normal"), "before")

    assert flat(ascending) == OLDEST_FIRST
    assert flat(descending) == OLDEST_FIRST[::-1]
    assert normal == descending
    assert all(len(page) == limit for page in ascending[:-1])


@given(limit=st.integers(1, 12), position=st.integers(0, 8))
def test_page__going_back__is_the_page_next_to_the_cursor(limit: int, position: int) -> None:
    cursor = OLDEST_FIRST[position]
    older, newer = OLDEST_FIRST[:position], OLDEST_FIRST[position + 1 :]

    def ids(page: Page) -> list[str]:
        return [row["id"] for row in paged(ROWS, page)["data"]]

    assert ids(Page(limit, "asc", before=cursor)) == older[-limit:]
    assert ids(Page(limit, "desc", before=cursor)) == newer[:limit][::-1]
    assert ids(Page(limit, "normal", after=cursor)) == newer[:limit][::-1]


def test_page__first_of_several__has_no_way_back() -> None:
    first = paged(ROWS, Page(4))["list_metadata"]
    middle = paged(ROWS, Page(4, after=first["after"]))["list_metadata"]

    assert first == {"before": None, "after": OLDEST_FIRST[5]}
    ascending = paged(ROWS, Page(4, "asc"))["list_metadata"]
    assert ascending == {"before": None, "after": OLDEST_FIRST[3]}
    assert middle == {"before": OLDEST_FIRST[4], "after": OLDEST_FIRST[1]}


def test_page__empty_list__has_no_cursor() -> None:
    empty = paged([], Page())

    assert empty == {
        "object": "list",
        "data": [],
        "list_metadata": {"before": None, "after": None},
    }


def test_page__cursor_of_a_deleted_object__still_marks_the_place(world: DevWorkOS) -> None:
    users = [world.create_user(f"{n}@example.com") for n in range(3)]
    world.delete_user(users[1]["id"])

    page = world.list_users(Page(order="asc", after=users[1]["id"]))

    assert [user["id"] for user in page["data"]] == [users[2]["id"]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=101", 422),
        ("limit=ten", 422),
        ("limit=-1", 422),
        ("limit=²", 422),
        ("limit=" + "9" * 5000, 422),
        ("order=up", 422),
        ("after=user_1&before=user_2", 422),
        ("after=nonsense", 400),
        ("limit=100", 200),
    ],
)
def test_list__bad_page__is_refused(http: TestClient, query: str, status: int) -> None:
    assert http.get(f"/user_management/users?{query}").status_code == status


def test_list__no_limit__ten_newest(world: DevWorkOS) -> None:
    users = [world.create_user(f"{n}@example.com") for n in range(12)]

    page = world.list_users()

    assert [user["id"] for user in page["data"]] == [user["id"] for user in users[:1:-1]]


def test_page__wrong_order__raises_in_process_too() -> None:
    with pytest.raises(ApiError):
        Page(order="sideways")  # type: ignore[arg-type]  # the point


@given(
    cuts=st.lists(st.integers(0, 4), min_size=40, max_size=40),
    way=st.sampled_from([("asc", "after"), ("desc", "after"), ("normal", "before")]),
)
def test_cut_pages__followed_to_the_end__hold_every_row_once(
    cuts: list[int], way: tuple[Literal["asc", "desc", "normal"], str]
) -> None:
    order, step = way
    seen: list[str] = []
    cursor: str | None = None
    for cut_to in [*cuts, 9]:
        answer = paged(ROWS, at(Page(5, order, cut_to=cut_to), step, cursor))
        assert len(answer["data"]) <= cut_to
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["list_metadata"][step]
        if cursor is None:
            break

    assert seen == (OLDEST_FIRST if order == "asc" else OLDEST_FIRST[::-1])


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_cut_page__going_back_and_empty__still_leads_back(order: Literal["asc", "desc"]) -> None:
    back = Page(5, order, before=OLDEST_FIRST[4])

    empty = paged(ROWS, replace(back, cut_to=0))
    place = empty["list_metadata"]["before"]

    assert empty["data"] == []
    assert place != back.before
    assert paged(ROWS, replace(back, before=place))["data"] == paged(ROWS, back)["data"]
