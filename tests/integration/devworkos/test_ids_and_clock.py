"""Ids and times: their form, their order, and that a seed repeats them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgscope.devworkos import DevWorkOS, ManualClock
from orgscope.devworkos.clock import iso, parse_utc
from orgscope.devworkos.ids import ID_PATTERN, IdFactory, ulid

TIMES = st.integers(0, 4_102_444_800_000)  # until 2100


def test_ulid__known_value__is_the_one_of_the_specification() -> None:
    # github.com/ulid/spec: 01ARZ3NDEKTSV4RRFFQ69G5FAV is of 2016-07-30T23:54:10.259Z.
    assert ulid(1_469_922_850_259, 0)[:10] == "01ARZ3NDEK"
    assert ulid(2**48 - 1, 2**80 - 1) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


@given(at_ms=st.lists(TIMES, min_size=2, max_size=50))
def test_new_id__any_times_even_backwards__grows(at_ms: list[int]) -> None:
    factory = IdFactory(seed=1)

    ids = [factory.new("user", ms) for ms in at_ms]

    assert ids == sorted(set(ids))
    assert all(re.fullmatch(ID_PATTERN, identifier) for identifier in ids)


@given(earlier=TIMES, later=TIMES, seed=st.integers(0, 99))
def test_scattered_id__later_time__is_greater(earlier: int, later: int, seed: int) -> None:
    factory = IdFactory(seed)
    one, other = factory.scattered("event", earlier), factory.scattered("event", later)

    assert (one < other) == (earlier < later) or earlier == later


@given(ms=TIMES)
def test_iso__any_time__reads_back(ms: int) -> None:
    assert parse_utc(iso(ms)) == ms


def test_iso__known_value__has_three_decimals_and_z() -> None:
    assert iso(1_768_478_400_007) == "2026-01-15T12:00:00.007Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T12:00:00.000+00:00",
        "2026-01-15T12:00:00",
        "2026-01-15 12:00:00Z",
        "2026-01-15",
        "2026-13-15T12:00:00Z",
        "",
    ],
)
def test_parse_utc__other_forms__are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the month comes from the standard library
        parse_utc(text)


def written(seed: int) -> list[dict[str, Any]]:
    world = DevWorkOS(seed=seed, clock=ManualClock(1_768_478_400_000))
    user = world.create_user("ada@example.com")
    acme = world.create_organization("Acme")
    world.create_membership(user["id"], acme["id"])
    world.start_session(user["id"], acme["id"])
    return world.events


def test_world__same_seed_and_clock__repeats_every_id() -> None:
    assert written(seed=7) == written(seed=7)
    assert written(seed=7) != written(seed=8)


def test_world__clock_stands_still__writes_still_have_growing_times() -> None:
    times = [event["created_at"] for event in written(seed=1)]

    assert times == sorted(set(times))
