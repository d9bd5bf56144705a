"""Events of several objects in any order: the mirror converges, and nothing waits for a parent."""

from itertools import count, permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import member, organization, session, unique, user
from tests.sql.sync.mirror import FAMILIES, Mirror, at, domain

runs = count(1)
TABLES = {family.name: family.table for family in FAMILIES}
PARENTS = {
    "user": (),
    "organization": (),
    "organization_domain": ("organization",),
    "organization_membership": ("organization", "user"),
    "session": ("user",),
}


def world() -> dict[str, dict[str, Any]]:
    """Return one new object of each family, all related."""
    user_id, org_id = unique("user"), unique("org")
    return {
        "user": user(user_id),
        "organization": organization(org_id),
        "organization_domain": domain(org_id),
        "organization_membership": member(user_id, org_id),
        "session": session(unique("session"), user_id, organization_id=org_id),
    }


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[tuple[str, int]], set[str]]:
    """Draw deliveries, shuffled and repeated, and which families end deleted.

    A delivery is a family and a version; version 9 is the delete.
    """
    dead = draw(st.sets(st.sampled_from(sorted(PARENTS))))
    story = [(family, version) for family in PARENTS for version in range(draw(st.integers(1, 3)))]
    story += [(family, 9) for family in sorted(dead)]
    again = draw(st.lists(st.sampled_from(story), max_size=6))
    return draw(st.permutations(story + again)), dead


def test_events__several_objects_in_any_order_with_repetitions__converged(mirror: Mirror) -> None:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

    @settings(deadline=None, max_examples=60, suppress_health_check=checks)
    @given(stories())
    def holds(drawn: tuple[list[tuple[str, int]], set[str]]) -> None:
        story, dead = drawn
        objects, run = world(), next(runs)
        seen = set()
        for family, version in story:
            outcome = mirror.receive(
                f"{family}.{'deleted' if version == 9 else 'updated'}",
                {**objects[family], "updated_at": at(min(version, 2))},
                id=f"event_{run:08d}_{family}_{version}",
            )
            assert (outcome == "duplicate") == ((family, version) in seen)
            assert outcome in {"applied", "stale", "duplicate"}
            seen.add((family, version))
        for family, data in objects.items():
            row = mirror.row(TABLES[family], data["id"])
            assert row is not None
            assert (row["deleted_at"] is not None) == bool(dead & {family, *PARENTS[family]})
            if row["deleted_at"] is None:
                newest = max(version for name, version in seen if name == family)
                assert row["raw"] == {**data, "updated_at": at(newest)}

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
