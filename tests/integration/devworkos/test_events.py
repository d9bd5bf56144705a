"""The Events API: ascending, held back, filtered, and strict about cursors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock

NOON_MS = 1_768_478_400_000
USER_EVENTS = "user.created,user.updated,user.deleted"


@pytest.fixture
def read(http: TestClient) -> Callable[..., Any]:
    """Returns a reader of ``/events``: the ids, or the status when it is an error."""

    def ids(**query: str) -> Any:
        answer = http.get("/events", params={"events": USER_EVENTS} | query)
        if answer.status_code != 200:
            return answer.status_code
        return [event["id"] for event in answer.json()["data"]]

    return ids


def people(world: DevWorkOS, clock: ManualClock, count: int) -> list[str]:
    """Create users one second apart, let the hold-back pass, and return the event ids."""
    for number in range(count):
        world.create_user(f"{number}@example.com")
        clock.advance(1)
    clock.advance(3)
    return [event["id"] for event in world.events]


def test_events__envelope__is_the_documented_one(world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com")

    [event] = world.events

    assert event["id"].startswith("event_")
    assert event == {
        "object": "event",
        "id": event["id"],
        "event": "user.created",
        "data": user,
        "created_at": "2026-01-15T12:00:00.000Z",
    }


def test_events__no_order_or_another__oldest_first(
    world: DevWorkOS, clock: ManualClock, read: Callable[..., Any]
) -> None:
    ids = people(world, clock, 3)

    assert read() == read(order="desc") == ids


def test_events__within_the_hold_back__are_invisible(
    world: DevWorkOS, clock: ManualClock, read: Callable[..., Any]
) -> None:
    world.create_user("ada@example.com")

    clock.advance(2.999)
    assert read() == []
    clock.advance(0.001)
    assert len(read()) == 1


def test_events__hold_back_of_zero__are_visible_at_once(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, hold_back_s=0)
    for number in range(5):  # their times run ahead of the clock, which stands still
        world.create_user(f"{number}@example.com")

    assert len(world.list_events(["user.created"])["data"]) == 5


def test_events__pages__end_with_a_null_cursor(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    ids = people(world, clock, 25)
    seen: list[str] = []
    cursors: list[str | None] = []
    query = {"events": USER_EVENTS}
    while True:
        page = http.get("/events", params=query).json()
        seen += [event["id"] for event in page["data"]]
        cursors.append(page["list_metadata"]["after"])
        if cursors[-1] is None:
            break
        query["after"] = cursors[-1]

    assert seen == ids
    assert cursors == [ids[9], ids[19], None]


def test_events__after__is_strict_and_works_on_any_event(
    world: DevWorkOS, clock: ManualClock, read: Callable[..., Any]
) -> None:
    ids = people(world, clock, 3)

    assert read(after=ids[0]) == ids[1:]
    assert read(after=ids[2]) == []
    # A cursor may be an event of another type.
    assert read(after=ids[0], events="user.deleted") == []


def test_events__unknown_cursor_between_known_ones__400(
    world: DevWorkOS, clock: ManualClock, read: Callable[..., Any]
) -> None:
    ids = people(world, clock, 2)
    between = ids[0][:-1] + ("0" if ids[0][-1] != "0" else "1")

    assert read(after=between) == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"after": "event_01ARZ3NDEKTSV4RRFFQ69G5FAV"}, 400),
        ({"after": "nonsense"}, 400),
        ({"after": ""}, 400),
        ({"events": ""}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "101"}, 422),
        ({"limit": "x"}, 422),
        ({"range_start": "2026-01-15T12:00:00.000+00:00"}, 422),
        ({"range_end": "yesterday"}, 422),
        ({"range_start": "2026-01-01T00:00:00Z", "range_end": "2026-01-31T00:00:00.001Z"}, 422),
        ({"range_start": "2026-01-02T00:00:00Z", "range_end": "2026-01-01T00:00:00Z"}, 422),
    ],
)
def test_events__bad_query__is_refused(
    read: Callable[..., Any], query: dict[str, str], status: int
) -> None:
    assert read(**query) == status


def test_events__no_events_parameter__422(http: TestClient) -> None:
    assert http.get("/events").status_code == 422


def test_events__after_with_range_start__400(
    world: DevWorkOS, clock: ManualClock, read: Callable[..., Any]
) -> None:
    [event_id] = people(world, clock, 1)

    assert read(after=event_id, range_start="2026-01-15T00:00:00Z") == 400


def test_events__range__excludes_both_ends(
    world: DevWorkOS, clock: ManualClock, read: Callable[..., Any]
) -> None:
    ids = people(world, clock, 4)
    start, end = "2026-01-15T12:00:00.000Z", "2026-01-15T12:00:03.000Z"

    assert read(range_start=start) == ids[1:]
    assert read(range_end=end) == ids[:3]
    assert read(range_start=start, range_end=end) == ids[1:3]
    assert read(range_start="2026-01-15T11:59:59.999Z") == ids


def test_events__organization_id__drops_the_events_of_users(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    user = world.create_user("ada@example.com")
    acme, other = world.create_organization("Acme"), world.create_organization("Other")
    world.create_membership(user["id"], acme["id"])
    world.start_session(user["id"], acme["id"])
    world.create_domain(acme["id"], "acme.example")
    world.delete_organization(other["id"])
    clock.advance(5)
    names = sorted({event["event"] for event in world.events})

    query = {"events": ",".join(names), "organization_id": acme["id"], "limit": "100"}
    page = http.get("/events", params=query).json()["data"]

    assert [event["event"] for event in page] == [
        "organization.created",
        "organization_membership.created",
        "session.created",
        "organization_domain.created",
    ]


def test_events__brackets_form__is_understood(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    people(world, clock, 1)

    page = http.get("/events?events[]=user.created&events[]=user.deleted").json()

    assert len(page["data"]) == 1


def test_emit_event__made_up_type__is_logged_and_found(
    world: DevWorkOS, clock: ManualClock
) -> None:
    made = world.emit_event("widget.created", {"id": "widget_1"}, organization_id="org_1")
    clock.advance(5)

    page = world.list_events(["widget.created"], organization_id="org_1")

    assert page["data"] == [made]


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["write", "wait", "read"]), min_size=1, max_size=60),
    ties=st.booleans(),
    hold_back_s=st.sampled_from([0.0, 0.5, 3.0]),
    seed=st.integers(0, 1000),
)
def test_events__reader_that_follows_the_cursor__misses_nothing(
    steps: list[str], ties: bool, hold_back_s: float, seed: int
) -> None:
    clock = ManualClock(NOON_MS)
    world = DevWorkOS(clock=clock, hold_back_s=hold_back_s, seed=seed)
    world.faults.ties = ties
    seen: list[str] = []

    def read() -> None:
        while True:
            page = world.list_events(["tick.made"], after=seen[-1] if seen else None, limit=3)
            seen.extend(event["id"] for event in page["data"])
            if not page["data"]:
                return

    for step in steps:
        if step == "write":
            world.emit_event("tick.made", {"id": "tick"})
        elif step == "wait":
            clock.advance(0.4)
        else:
            read()
    clock.advance(60)
    read()

    assert seen == [event["id"] for event in world.events]


def test_ties__every_second_write__shares_a_millisecond(world: DevWorkOS) -> None:
    world.create_user("before@example.com")
    world.faults.ties = True

    users = [world.create_user(f"{n}@example.com") for n in range(5)]

    times = [user["updated_at"][-4:] for user in users]
    assert times == ["000Z", "001Z", "001Z", "002Z", "002Z"]


def test_ties__long_after_the_last_write__do_not_write_into_the_past(
    world: DevWorkOS, clock: ManualClock
) -> None:
    world.create_user("a@example.com")
    world.faults.ties = True
    clock.advance(60)

    assert world.create_user("b@example.com")["created_at"] == "2026-01-15T12:01:00.000Z"


def test_ties__order_of_the_two_ids__is_arbitrary_while_both_are_held_back() -> None:
    def in_order(seed: int, hold_back_s: float) -> bool:
        world = DevWorkOS(seed=seed, clock=ManualClock(NOON_MS), hold_back_s=hold_back_s)
        world.create_user("a@example.com")
        world.faults.ties = True
        world.create_user("b@example.com")
        return [event["data"]["email"] for event in world.events] == [
            "a@example.com",
            "b@example.com",
        ]

    assert {in_order(seed, 3) for seed in range(40)} == {True, False}
    assert {in_order(seed, 0) for seed in range(40)} == {True}
