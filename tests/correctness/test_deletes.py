"""Cases 14 to 18: what is deleted stays so, and takes its children along."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.correctness.channels import Channel
from tests.correctness.convergence import check_converged
from tests.database import event, member, organization, unique, user
from tests.sql.sync import objects
from tests.sql.sync.families import FAMILIES, WITH_ID, named, new_world
from tests.sql.sync.mirror import at

CAN_DIE = [one for one in WITH_ID if "deleted" in one.events]


def test_case_14__delete_before_create__late_create_and_update_stay_dead(channel: Channel) -> None:
    for family in CAN_DIE:
        data = family.new()
        dead = {**data, "updated_at": at(1)}
        assert channel.receive(family.events["deleted"], dead, created_at=at(2)) == "applied"
        for verb, version in (("created", 0), ("updated", 1), ("updated", 3)):
            late = {**data, "updated_at": at(version)}
            assert channel.receive(family.events[verb], late, created_at=at(version)) == "stale"
        row = channel.row(family.table, data["id"])
        assert row is not None
        assert row["deleted_at"].isoformat() == at(2).replace(".002Z", ".002000+00:00")
        kinds = f"select kind from sync.changes where object_id = '{data['id']}'"
        assert channel.database.rows(kinds) == [("deleted",)]


def test_case_15__leave_and_rejoin__new_row_lives_and_old_tombstone_stays(
    channel: Channel,
) -> None:
    expected: dict[tuple[str, str], dict[str, object] | None] = {}
    for order in permutations(range(4)):
        person, org = user(unique("user")), unique("org")
        old, new = member(person["id"], org), member(person["id"], org, updated_at=at(9))
        story = [
            event("organization_membership.created", old),
            event("organization_membership.deleted", old, created_at=at(8)),
            event("organization_membership.created", new, created_at=at(9)),
            event("user.created", person),
        ]
        channel.deliver([story[place] for place in order])
        channel.receive("organization.created", organization(org, domains=[]))
        live = (
            "select id from workos.organization_memberships "
            "where user_id = %s and organization_id = %s and deleted_at is null"
        )
        assert channel.database.rows(live, (person["id"], org)) == [(new["id"],)]
        expected["organization_membership", old["id"]] = None
        expected["organization_membership", new["id"]] = new
        expected["user", person["id"]] = person
        plain = {name: value for name, value in organization(org).items() if name != "domains"}
        expected["organization", org] = plain
    check_converged(channel.database, expected)


@pytest.mark.parametrize("kind", ["membership", "directory user"])
def test_case_16__undelete_with_the_same_id__only_by_a_newer_version(
    channel: Channel, kind: str
) -> None:
    if kind == "membership":
        data, table = member(unique("user"), unique("org")), "workos.organization_memberships"
        name, off, column = "organization_membership.updated", {"status": "inactive"}, "status"
    else:
        data, table = objects.directory_user(unique("directory")), "workos.directory_users"
        name, off, column = "dsync.user.updated", {"state": "inactive"}, "state"
    versions = [{**data, "updated_at": at(0)}, {**data, **off, "updated_at": at(1)}]
    versions.append({**data, "updated_at": at(2)})

    def now() -> object:
        row = channel.row(table, data["id"])
        assert row is not None
        return row[column]

    channel.deliver([event(name, versions[1])])
    assert now() == "inactive"
    assert channel.receive(name, versions[0]) == "stale"
    assert now() == "inactive"
    assert channel.receive(name, versions[2]) == "applied"
    assert now() == "active"
    assert channel.receive(name, versions[1]) == "stale"
    assert now() == "active"


def test_case_17__delete_without_a_version__ordered_by_the_envelope(channel: Channel) -> None:
    for family in CAN_DIE:
        data = family.new()
        assert channel.receive(family.events["created"], data) == "applied"
        trimmed = {"object": data["object"], "id": data["id"]}
        assert channel.receive(family.events["deleted"], trimmed, created_at=at(7)) == "applied"
        late = {**data, "updated_at": at(9)}
        assert channel.receive(family.events["updated"], late, created_at=at(9)) == "stale"
        row = channel.row(family.table, data["id"])
        assert row is not None
        assert (row["deleted_at"].microsecond, row["raw"]) == (7000, {**row["raw"], **trimmed})
        assert row["raw"].keys() == family.stored(data).keys()


def test_case_17__delete_of_what_has_no_id__ordered_by_the_envelope(channel: Channel) -> None:
    for order in permutations(range(3)):
        group, membership = unique("group"), unique("om")
        data = objects.group_member(group, membership)
        story = [
            event("group.member_added", data, created_at=at(1)),
            event("group.member_removed", data, created_at=at(2)),
            event("group.member_added", data, created_at=at(3)),
        ]
        channel.deliver([story[place] for place in order], page=2)
        assert not channel.is_dead("workos.group_members", f"{group}:{membership}")
        gone = event("group.member_removed", {"object": "x", **data}, created_at=at(4))
        channel.deliver([gone, story[2]])
        assert channel.is_dead("workos.group_members", f"{group}:{membership}")


def test_case_18__organization_deleted__everything_in_it_goes_in_one_transaction(
    channel: Channel,
) -> None:
    org, person = organization(unique("org")), user(unique("user"))
    joined = member(person["id"], org["id"])
    directory = objects.directory(org["id"])
    staff = objects.directory_user(directory["id"])
    team = objects.directory_group(directory["id"])
    group = objects.group(org["id"])
    inside = [
        event("organization_membership.created", joined),
        event("organization_domain.created", objects.domain(org["id"])),
        event("organization_role.created", objects.organization_role(org["id"])),
        event("invitation.created", objects.invitation(org["id"])),
        event("connection.activated", objects.connection(org["id"])),
        event("dsync.activated", directory),
        event("dsync.user.created", staff),
        event("dsync.group.created", team),
        event("dsync.group.user_added", objects.directory_group_member(staff, team)),
        event("group.created", group),
        event("group.member_added", objects.group_member(group["id"], joined["id"])),
    ]
    channel.deliver([event("user.created", person), event("organization.created", org), *inside])
    with channel.connection.transaction(force_rollback=True):
        channel.receive("organization.deleted", org, created_at=at(1))
    assert _live(channel) == 13
    channel.receive("organization.deleted", org, created_at=at(1))
    assert _live(channel) == 1  # the person
    assert channel.database.rows(
        "select count(*), count(distinct transaction) from sync.changes where kind = 'deleted'"
    ) == [(12, 1)]
    again = [{**one, "id": unique("event"), "created_at": at(9)} for one in inside]
    for one in again:
        one["data"] = {**one["data"], "updated_at": at(9)}
    channel.deliver(again)
    assert _live(channel) == 1
    newcomer = event("organization_membership.created", member(person["id"], org["id"]))
    channel.deliver([newcomer])
    assert _live(channel) == 1


@pytest.mark.parametrize(
    ("parent", "children"),
    [
        ("user", ["organization_membership", "session"]),
        ("directory", ["directory_user", "directory_group", "directory_group_member"]),
        ("directory_group", ["directory_group_member"]),
        ("group", ["group_member"]),
    ],
)
def test_case_18__parent_deleted_alone__children_go_and_nothing_revives_them(
    channel: Channel, parent: str, children: list[str]
) -> None:
    """WorkOS sends the event of the parent and no other: dsync.deleted, dsync.group.deleted."""
    made = new_world()
    told = [event(named(name).events["created"], made[name]) for name in (parent, *children)]
    channel.deliver(told)
    channel.receive(named(parent).events["deleted"], made[parent], created_at=at(1))
    again = [
        event(named(name).events["created"], made[name], created_at=at(9)) for name in children
    ]
    for _ in range(2):
        for name in (parent, *children):
            assert channel.is_dead(named(name).table, named(name).key(made[name])), name
        channel.deliver(again)


def _live(channel: Channel) -> int:
    """Return how many objects live, in all tables."""
    [(live,)] = channel.database.rows(
        " + ".join(
            f"(select count(*) from {one.table} where deleted_at is null and raw is not null)"
            for one in FAMILIES
        ).join(("select ", ""))
    )
    return int(live)
