"""Events of several objects in any order: the mirror converges, and nothing waits for a parent."""

from itertools import count, permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import member, unique, user
from tests.sql.sync.families import FAMILIES, Family, named, new_world
from tests.sql.sync.mirror import Mirror, at

runs = count(1)
DELETE = 9
DELETED = sorted(one.name for one in FAMILIES if "deleted" in one.events)


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[tuple[str, int]], set[str]]:
    """Draw deliveries, shuffled and repeated, and which objects end deleted.

    A delivery is a family and a version; version 9 is the delete.
    """
    dead = draw(st.sets(st.sampled_from(DELETED), max_size=4))
    story = [(one.name, version) for one in FAMILIES for version in range(draw(st.integers(1, 3)))]
    story += [(name, DELETE) for name in sorted(dead)]
    again = draw(st.lists(st.sampled_from(story), max_size=8))
    return draw(st.permutations(story + again)), dead


def dies(family: Family, dead: set[str]) -> bool:
    """Tell whether an object dies, by its own delete or with a parent or its parent's parent."""
    return family.name in dead or any(dies(named(name), dead) for name in family.parents)


def test_events__several_objects_in_any_order_with_repetitions__converged(mirror: Mirror) -> None:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

    @settings(deadline=None, max_examples=60, suppress_health_check=checks)
    @given(stories())
    def holds(drawn: tuple[list[tuple[str, int]], set[str]]) -> None:
        story, dead = drawn
        world, run = new_world(), next(runs)
        seen = set()
        for name, version in story:
            outcome = mirror.receive(
                named(name).events["deleted" if version == DELETE else "updated"],
                {**world[name], "updated_at": at(min(version, 2))},
                id=f"event_{run:08d}_{name}_{version}",
                created_at=at(version),
            )
            assert (outcome == "duplicate") == ((name, version) in seen)
            assert outcome in {"applied", "stale", "duplicate"}
            seen.add((name, version))
        for name, data in world.items():
            family = named(name)
            row = mirror.row(family.table, family.key(data))
            assert row is not None
            assert (row["deleted_at"] is not None) == dies(family, dead), name
            if row["deleted_at"] is None:
                newest = max(version for one, version in seen if one == name)
                assert row["raw"] == family.stored({**data, "updated_at": at(newest)}), name

    holds()
    assert mirror.database.rows("select count(*) from sync.inbox where status = 'failed'") == [(0,)]


def test_events__member_removed_and_added_again__new_row_lives_in_every_order(
    mirror: Mirror,
) -> None:
    for order in permutations(range(3)):
        user_id, org_id = unique("user"), unique("org")
        old, new = member(user_id, org_id), member(user_id, org_id, updated_at=at(9))
        story = [
            ("organization_membership.created", old),
            ("organization_membership.deleted", old),
            ("organization_membership.created", new),
        ]
        for position in order:
            assert mirror.receive(*story[position]) in {"applied", "stale"}
        assert mirror.is_dead("workos.organization_memberships", old["id"])
        assert not mirror.is_dead("workos.organization_memberships", new["id"])


def test_events__addresses_swapped_between_two_users__no_order_fails(mirror: Mirror) -> None:
    for order in permutations(range(4)):
        one, two = user(unique("user"), email="a@x"), user(unique("user"), email="b@x")
        story = [
            ("user.created", one),
            ("user.created", two),
            ("user.updated", {**one, "email": "b@x", "updated_at": at(1)}),
            ("user.updated", {**two, "email": "a@x", "updated_at": at(1)}),
        ]
        for position in order:
            assert mirror.receive(*story[position]) in {"applied", "stale"}
        rows = [mirror.row("workos.users", made["id"]) for made in (one, two)]
        assert [row and row["email"] for row in rows] == ["b@x", "a@x"]
