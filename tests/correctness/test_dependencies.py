"""Cases 21 to 24: nothing waits for its parent. What the survey calls parked is visible here, with
a stub for a parent."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from tests.correctness.at_once import at_once
from tests.correctness.channels import Channel
from tests.correctness.convergence import check_converged
from tests.correctness.stage import staged
from tests.database import event, member, organization, unique, user
from tests.sql.sync import objects
from tests.sql.sync.mirror import at
from tests.web import world


def plain(org: dict[str, object]) -> dict[str, object]:
    """Return an organization without its domains, which are rows of their own."""
    return {name: value for name, value in org.items() if name != "domains"}


def test_case_21__membership_before_its_parents__visible_at_once_and_filled_once(
    channel: Channel,
) -> None:
    person, org = user(unique("user")), organization(unique("org"))
    joined = member(person["id"], org["id"])
    assert channel.receive("organization_membership.created", joined) == "applied"
    assert not channel.is_dead("workos.organization_memberships", joined["id"])
    stubs = (
        "select id, raw, origin from workos.users union all "
        "select id, raw, origin from workos.organizations order by 1"
    )
    assert channel.database.rows(stubs) == [
        (org["id"], None, "stub"),
        (person["id"], None, "stub"),
    ]
    assert channel.tasks() == {
        ("refetch", f"user:{person['id']}"),
        ("refetch", f"organization:{org['id']}"),
    }
    channel.deliver([event("organization.created", org), event("user.created", person)])
    kinds = channel.database.rows("select kind, count(*) from sync.changes group by kind")
    assert kinds == [("created", 3)]
    check_converged(
        channel.database,
        {
            ("user", person["id"]): person,
            ("organization", org["id"]): plain(org),
            ("organization_membership", joined["id"]): joined,
        },
    )


def test_case_22__parents_and_children_at_the_same_moment__no_child_is_left_behind(
    channel: Channel,
) -> None:
    """Each round the child, its parents, and the delete of one of them come at once."""
    for number in range(6):
        person, org = user(unique("user")), organization(unique("org"))
        joined = member(person["id"], org["id"])
        told = [
            event("organization_membership.created", joined),
            event("user.created", person),
            event("organization.created", org),
        ]
        if number % 2:
            told.append(event("user.deleted", person, created_at=at(1)))
        calls = [channel.telling([one]) for one in told]
        if channel.name == "both":
            calls += [replace(channel, name="feed").telling(told)]
        at_once(channel.database, calls)
        for table, id_ in (
            ("workos.organization_memberships", joined["id"]),
            ("workos.users", person["id"]),
        ):
            assert channel.is_dead(table, id_) == bool(number % 2)
    assert channel.database.rows("select count(*) from sync.inbox where status = 'failed'") == [
        (0,)
    ]
    assert channel.database.rows("select count(*) from workos.users where raw is null") == [(0,)]


async def test_case_23__parent_never_comes__dead_letter_that_holds_nobody_up(
    channel: Channel, no_waiting: list[float]
) -> None:
    local = world()
    async with staged(channel.database, local) as stage:
        gone, org = unique("user"), local.create_organization("Acme")
        joined = member(gone, org["id"])
        channel.receive("organization_membership.created", joined)
        for attempt in range(1, 13):
            assert channel.receive("user.created", user(unique("user"))) == "applied"
            stage.due()
            assert await stage.tasks.work() >= 1
            [(attempts, error)] = channel.database.rows(
                "select attempts, error from sync.tasks where key = %s", (f"user:{gone}",)
            )
            assert (attempts, error[:6]) == (attempt, "WS202 ")
        assert stage.problems().keys() == {"dead letters"}
        assert "refetch" in stage.problems()["dead letters"]
        assert not channel.is_dead("workos.organization_memberships", joined["id"])
        row = channel.row("workos.organizations", org["id"])
        assert row is not None
        assert row["raw"]["name"] == "Acme"
        # Its own event may still come.
        assert channel.receive("user.created", user(gone)) == "applied"
    assert channel.database.rows("select raw from workos.users where id = %s", (gone,)) == [
        (user(gone),)
    ]


def test_case_24__chain_in_any_order__converged(channel: Channel) -> None:
    expected: dict[tuple[str, str], dict[str, object] | None] = {}
    for order in permutations(range(5)):
        person, org = user(unique("user")), organization(unique("org"))
        role = objects.organization_role(org["id"])
        joined = member(person["id"], org["id"], role={"slug": role["slug"]})
        group = objects.group(org["id"])
        inside = objects.group_member(group["id"], joined["id"])
        story = [
            event("group.member_added", inside),
            event("group.created", group),
            event("organization_membership.created", joined),
            event("organization_role.created", role),
            event("organization.created", org),
        ]
        channel.deliver([*(story[place] for place in order), event("user.created", person)], page=4)
        expected |= {
            ("user", person["id"]): person,
            ("organization", org["id"]): plain(org),
            ("role", f"{org['id']}:{role['slug']}"): role,
            ("organization_membership", joined["id"]): joined,
            ("group", group["id"]): group,
            ("group_member", f"{group['id']}:{joined['id']}"): inside,
        }
    check_converged(channel.database, expected)


def test_case_24__directory_in_any_order__converged(channel: Channel) -> None:
    for order in permutations(range(4)):
        directory = objects.directory(unique("org"))
        staff = objects.directory_user(directory["id"])
        team = objects.directory_group(directory["id"])
        story = [
            event("dsync.group.user_added", objects.directory_group_member(staff, team)),
            event("dsync.group.created", team),
            event("dsync.user.created", staff),
            event("dsync.activated", directory),
        ]
        channel.deliver([story[place] for place in order], page=3)
        for table, data in (
            ("workos.directories", directory),
            ("workos.directory_users", staff),
            ("workos.directory_groups", team),
        ):
            row = channel.row(table, data["id"])
            assert row is not None
            assert row["raw"] == data
        key = f"{team['id']}:{staff['id']}"
        assert not channel.is_dead("workos.directory_group_members", key)
    assert channel.database.rows("select count(*) from sync.inbox where status = 'failed'") == [
        (0,)
    ]
