"""Events that vanish, that are trimmed or poisoned, and a clock that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS, ManualClock
from orgscope.devworkos.clock import iso, parse_utc

NOON_MS = 1_768_478_400_000
NAMES = "user.created,user.updated,user.deleted,organization.created,organization.deleted"


def read(http: TestClient, **query: str) -> Any:
    answer = http.get("/events", params={"events": NAMES, "limit": "100"} | query)
    return answer.json()["data"] if answer.status_code == 200 else answer.status_code


def test_retention__older_events__vanish_with_their_cursor(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    world.create_user("old@example.com")
    clock.advance(60)
    world.create_user("new@example.com")
    [old, new] = world.events

    clock.advance(90 * 24 * 3600 - 60)
    assert read(http) == [old, new]
    clock.advance(0.001)
    assert read(http) == [new]
    assert read(http, after=old["id"]) == 400
    assert read(http, range_start=iso(NOON_MS - 1000)) == [new]
    assert read(http, after=new["id"]) == []
    world.faults.retention_days = 91
    assert read(http, after=old["id"]) == [new]
    assert world.events == [old, new]  # all that ever was


def test_forget_before__a_time__is_like_a_cliff(http: TestClient, world: DevWorkOS) -> None:
    for number in range(3):
        world.create_user(f"{number}@example.com")
    events = world.events
    world.event_log.hold_back_ms = 0

    http.post("/_dev/faults", json={"forget_before_ms": parse_utc(events[1]["created_at"])})

    assert read(http) == events[1:]
    assert read(http, after=events[0]["id"]) == 400
    assert read(http, after=events[1]["id"]) == events[2:]


def test_trimmed_deletes__event__has_only_object_and_id(world: DevWorkOS) -> None:
    world.faults.trimmed_deletes = True
    user = world.create_user("ada@example.com")

    world.delete_user(user["id"])
    slug_only = world.emit_event("role.deleted", {"object": "role", "slug": "admin"})

    assert world.events[0]["data"] == user
    assert world.events[1]["data"] == {"object": "user", "id": user["id"]}
    assert slug_only["data"] == {"object": "role", "slug": "admin"}


def test_poison__every_event__is_followed_by_one_that_nobody_can_apply(world: DevWorkOS) -> None:
    world.faults.poison = 1.0

    users = [world.create_user(f"{number}@example.com") for number in range(30)]

    events = {event["id"]: event for event in world.events}
    poison = [events.pop(identifier)["data"] for identifier in world.poisoned]
    assert [event["data"] for event in events.values()] == users
    assert [user["id"] for user in world.users] == [user["id"] for user in users]
    lacking = [data for data in poison if data == {"object": "user"}]
    with_nul = [data for data in poison if "\\u0000" in json.dumps(data)]
    mistyped = [data for data in poison if data.get("id") == 7]
    assert lacking
    assert with_nul
    assert mistyped
    assert len(lacking) + len(with_nul) + len(mistyped) == len(poison) == 30
    assert not {data["id"] for data in with_nul} & {user["id"] for user in users}


def test_poison__of_nested_objects__spoils_them_too(world: DevWorkOS) -> None:
    directory = world.create_directory(world.create_organization("Acme")["id"], "Okta")["id"]
    group = world.create_directory_group(directory, "Engineers")["id"]
    user = world.create_directory_user(directory, first_name="Ada")["id"]
    world.faults.poison = 1.0
    for _ in range(10):
        world.add_to_directory_group(group, user)
        world.remove_from_directory_group(group, user)

    poison = [event["data"] for event in world.events if event["id"] in world.poisoned]

    assert {} in poison
    assert any(data.get("user") == 7 for data in poison)
    assert any(
        isinstance(data.get("user"), dict) and data["user"]["first_name"] == "Ada\x00"
        for data in poison
    )


def test_clock_skew__ahead__dates_everything_but_hides_events_no_longer(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    http.post("/_dev/faults", json={"clock_skew_ms": 3_600_000})

    user = world.create_user("ada@example.com")
    [event] = world.events

    assert user["created_at"] == event["created_at"] == iso(NOON_MS + 3_600_000)
    assert world.now_ms() == NOON_MS + 3_600_000
    clock.advance(2.999)
    assert read(http) == []
    clock.advance(0.001)
    assert read(http) == [event]


def test_clock_skew__set_back__objects_follow_but_no_object_and_no_event_goes_back(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    world.faults.clock_skew_ms = 3_600_000
    ahead = world.create_user("ahead@example.com")
    world.faults.clock_skew_ms = 0

    later = world.create_user("later@example.com")
    changed = world.update_user(ahead["id"], first_name="A")
    again = world.update_user(ahead["id"], first_name="B")

    assert later["created_at"] < ahead["created_at"]
    assert later["id"] < ahead["id"]  # ids are dated by the same clock
    assert ahead["updated_at"] < changed["updated_at"] < again["updated_at"]
    events = world.events  # in the order of their ids
    expected = [ahead["id"], later["id"], ahead["id"], ahead["id"]]
    assert [event["data"]["id"] for event in events] == expected
    times = [event["created_at"] for event in events]
    assert times == sorted(set(times))
    clock.advance(5)
    assert read(http) == events  # none is held back for the hour


def test_clock_skew__set_back__no_noun_goes_back(world: DevWorkOS) -> None:
    world.faults.clock_skew_ms = 3_600_000
    acme, user = world.create_organization("Acme"), world.create_user("ada@example.com")
    domain = world.create_domain(acme["id"], "acme.example")
    membership = world.create_membership(user["id"], acme["id"])
    session = world.start_session(user["id"])
    directory = world.create_directory(acme["id"], "Okta")
    person = world.create_directory_user(directory["id"])
    group = world.create_directory_group(directory["id"], "Engineers")
    world.faults.clock_skew_ms = 0

    world.revoke_session(session["id"])
    changed = [
        (acme, world.update_organization(acme["id"], name="Acme Inc")),
        (domain, world.verify_domain(domain["id"])),
        (membership, world.deactivate(membership["id"])),
        (session, world.sessions[0]),
        (directory, world.set_directory_state(directory["id"], "unlinked")),
        (person, world.update_directory_user(person["id"], first_name="Ada")),
        (group, world.rename_directory_group(group["id"], "Builders")),
    ]

    assert all(before["updated_at"] < now["updated_at"] for before, now in changed)


def test_clock_skew__set_back__reader_misses_nothing(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    seen: list[str] = []
    for number, skew_ms in enumerate([0, 60_000, -60_000, 5, 3_600_000, 0]):
        world.faults.clock_skew_ms = skew_ms
        world.create_user(f"{number}@example.com")
        clock.advance(5)
        query = {"after": seen[-1]} if seen else {}
        seen += [event["id"] for event in read(http, **query)]

    assert seen == [event["id"] for event in world.events]
    assert len(seen) == 6


@pytest.mark.parametrize("organization_id", [None, "org_1"])
@pytest.mark.parametrize("cut_to", [0, 1, 3])
def test_events__cut_page__leads_on_by_a_known_cursor(
    world: DevWorkOS, clock: ManualClock, organization_id: str | None, cut_to: int
) -> None:
    for _ in range(9):
        world.emit_event("other.made", {"id": "x"})
        world.emit_event("thing.made", {"id": "x"}, organization_id="org_1")
    clock.advance(60)
    seen: list[str] = []
    after: str | None = None
    for turn in range(40):
        page = world.list_events(
            ["thing.made"],
            after=after,
            organization_id=organization_id,
            limit=5,
            cut_to=cut_to if turn % 2 else 5 - cut_to,
        )
        seen += [event["id"] for event in page["data"]]
        after = page["list_metadata"]["after"]
        if after is None:
            break

    assert seen == [event["id"] for event in world.events if event["event"] == "thing.made"]


def test_events__unknown_names_are_refused__400_and_the_known_ones_as_before(
    world: DevWorkOS, clock: ManualClock
) -> None:
    world.create_user("ada@example.com")
    clock.advance(60)
    names = ["user.created", "dsync.deactivated"]
    assert len(world.list_events(names)["data"]) == 1
    world.faults.refuse_unknown_events = True
    with pytest.raises(ApiError) as refused:
        world.list_events(names)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request_parameters")
    assert len(world.list_events(names[:1])["data"]) == 1


def test_events__empty_page_between_others__moves_the_cursor(
    world: DevWorkOS, clock: ManualClock
) -> None:
    first = world.emit_event("thing.made", {"id": "x"})
    between = world.emit_event("other.made", {"id": "x"})
    world.emit_event("thing.made", {"id": "x"})
    clock.advance(60)

    page = world.list_events(["thing.made"], after=first["id"], cut_to=0)

    assert page["data"] == []
    assert page["list_metadata"]["after"] == between["id"]


@pytest.mark.parametrize("waited_s", [0, 60])
@pytest.mark.parametrize("seed", range(6))
def test_clock_skew__set_back_while_ties__reader_misses_nothing(
    clock: ManualClock, seed: int, waited_s: int
) -> None:
    world = DevWorkOS(clock=clock, seed=seed)
    http = TestClient(world.app, headers={"Authorization": f"Bearer {world.api_key}"})
    world.faults.change(ties=True, clock_skew_ms=3_600_000)
    world.create_user("0@example.com")
    clock.advance(waited_s)
    seen = [event["id"] for event in read(http)]
    world.faults.clock_skew_ms = 0

    for number in range(1, 6):
        world.create_user(f"{number}@example.com")
    clock.advance(60)
    query = {"after": seen[-1]} if seen else {}
    seen += [event["id"] for event in read(http, **query)]

    assert seen == [event["id"] for event in world.events]


def test_events__page_that_would_be_empty_at_the_very_beginning__holds_one(
    world: DevWorkOS, clock: ManualClock
) -> None:
    world.create_user("ada@example.com")
    clock.advance(60)

    page = world.list_events(["user.created"], cut_to=0)

    assert len(page["data"]) == 1


def test_retention__event_at_the_range__is_not_read_before_it(world: DevWorkOS) -> None:
    with pytest.raises(ApiError, match="400"):
        world.list_events(["user.created"], after="event_01ARZ3NDEKTSV4RRFFQ69G5FAV")
