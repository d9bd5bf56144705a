"""The made-up world: the right numbers, and the same for the same seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgscope.devworkos import DevWorkOS, ManualClock, scenario


@settings(max_examples=15, deadline=None)
@given(organizations=st.integers(1, 6), people=st.integers(0, 15), seed=st.integers(0, 9))
def test_scenario__any_size__has_that_many_and_one_to_three_memberships_each(
    organizations: int, people: int, seed: int
) -> None:
    world = DevWorkOS()

    made = scenario(world, organizations=organizations, people=people, seed=seed)

    assert world.organizations == made.organizations
    assert world.users == made.users
    assert world.memberships == made.memberships
    assert (len(made.organizations), len(made.users)) == (organizations, people)
    assert made.permissions == [world.get_permission("reports:audit")]
    assert [role["id"] for role in made.roles] == [role["id"] for role in world.roles[2:]]
    assert made.groups == world.groups
    assert made.connections == world.connections
    assert [row["id"] for row in made.invitations] == [row["id"] for row in world.invitations]
    for family in (made.roles[1:], made.groups, made.connections, made.invitations):
        assert 1 <= len(family) <= organizations
    counts = Counter(membership["user_id"] for membership in made.memberships)
    assert set(counts) == {user["id"] for user in made.users}
    assert all(1 <= count <= min(3, organizations) for count in counts.values())
    first: dict[str, str] = {}
    for membership in made.memberships:
        first.setdefault(membership["organization_id"], membership["role"]["slug"])
    assert set(first.values()) <= {"admin"}


def test_scenario__same_seed__same_ids_whatever_the_clock_and_the_world_before() -> None:
    fresh = DevWorkOS()
    used = DevWorkOS(seed=9, clock=ManualClock(1_900_000_000_000))
    used.create_webhook_endpoint("http://receiver.test/")

    one = scenario(fresh, organizations=3, people=10, seed=4)
    two = scenario(used, organizations=3, people=10, seed=4)

    assert one == two
    assert fresh.events == used.events
    assert one != scenario(DevWorkOS(), organizations=3, people=10, seed=5)


def test_scenario__afterwards__time_and_ids_go_on_as_before() -> None:
    clock = ManualClock(1_768_478_400_000)
    world = DevWorkOS(clock=clock)
    made = scenario(world, organizations=1, people=1)

    later = world.create_user("later@example.com")

    assert later["created_at"] == "2026-01-15T12:00:00.000Z"
    assert later["id"] > made.users[0]["id"]
    assert [event["created_at"] for event in world.events] == sorted(
        event["created_at"] for event in world.events
    )


def test_scenario__world_already_written_to__is_refused_whole() -> None:
    world = DevWorkOS()
    world.create_user("ada@example.com")

    with pytest.raises(ValueError, match=r"begins at 2026-01-05T09:00:00\.000Z"):
        scenario(world, organizations=1, people=1)

    assert len(world.events) == 1


@pytest.mark.parametrize(("organizations", "people"), [(0, 1), (1, -1)])
def test_scenario__impossible_numbers__are_refused(organizations: int, people: int) -> None:
    with pytest.raises(ValueError, match="at least one organization"):
        scenario(DevWorkOS(), organizations=organizations, people=people)
