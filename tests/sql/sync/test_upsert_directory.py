"""Directories, their people, groups and members: what events say, and what the API says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orgscope.errors import PayloadInvalid
from tests.database import unique
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import (
    directory,
    directory_group,
    directory_group_member,
    directory_user,
)

DIRECTORIES, USERS = "workos.directories", "workos.directory_users"
GROUPS, MEMBERS = "workos.directory_groups", "workos.directory_group_members"


def now() -> datetime:
    return datetime.now(UTC)


def rest(data: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a directory as the API shows it, at the version of an event."""
    counted = {"users": {"active": 2, "inactive": 1}, "groups": 4}
    shown = {name: data[name] for name in data if name != "domains"}
    return {**shown, "domain": "example.com", "metadata": counted, **fields}


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("linked", "active"),
        ("unlinked", "inactive"),
        *((word, word) for word in ("active", "inactive", "validating", "deleting", "paused")),
    ],
)
@pytest.mark.parametrize("by", ["event", "read"])
def test_upsert_directory__state__in_the_words_of_events(
    mirror: Mirror, by: str, said: str, stored: str
) -> None:
    data = directory(unique("org"), state=said)
    if by == "event":
        mirror.receive("dsync.activated", data)
    else:
        mirror.read("directory", data)
    row = mirror.row(DIRECTORIES, data["id"])
    assert row is not None
    assert (row["state"], row["raw"]["state"]) == (stored, stored)


@pytest.mark.parametrize(("event", "read"), [("active", "linked"), ("inactive", "unlinked")])
@pytest.mark.parametrize("read_first", [True, False])
def test_upsert_directory__one_version_by_event_and_by_api__one_row_and_no_refetch(
    mirror: Mirror, event: str, read: str, read_first: bool
) -> None:
    data = directory(None, state=event)
    if read_first:
        mirror.read("directory", rest(data, state=read), now())
    mirror.receive("dsync.activated", data)
    if not read_first:
        mirror.read("directory", rest(data, state=read), now())
    row = mirror.row(DIRECTORIES, data["id"])
    assert row is not None
    assert row["raw"] == {**data, "domain": "example.com"}
    assert mirror.tasks() == set()


def test_upsert_directory__only_its_counts_changed__stale(mirror: Mirror) -> None:
    data = directory(None)
    mirror.read("directory", rest(data), now())
    counted = {"users": {"active": 9, "inactive": 9}, "groups": 9}
    assert mirror.read("directory", rest(data, metadata=counted), now()) == "stale"
    row = mirror.row(DIRECTORIES, data["id"])
    assert row is not None
    assert "metadata" not in row["raw"]


def test_upsert_directory__deleted__whatever_state_it_had(mirror: Mirror) -> None:
    data = directory(None)
    mirror.receive("dsync.activated", data)
    lean = {name: data[name] for name in data if name not in {"external_key", "domains"}}
    assert mirror.receive("dsync.deleted", {**lean, "state": "active"}) == "applied"
    assert mirror.receive("dsync.activated", {**data, "updated_at": at(1)}) == "stale"
    assert mirror.is_dead(DIRECTORIES, data["id"])


@pytest.mark.parametrize(
    ("family", "data"),
    [
        ("user", directory_user("directory_1", groups=[{"id": "directory_group_1"}])),
        ("group", directory_group("directory_1")),
    ],
)
def test_upsert_directory__what_changed_and_groups__no_part_of_the_object(
    mirror: Mirror, family: str, data: dict[str, Any]
) -> None:
    told = {**data, "previous_attributes": {"name": "before"}}
    assert mirror.receive(f"dsync.{family}.updated", told) == "applied"
    row = mirror.row(f"workos.directory_{family}s", data["id"])
    assert row is not None
    assert row["raw"] == {name: data[name] for name in data if name != "groups"}
    shown = {name: [] if name == "groups" else data[name] for name in data}
    assert mirror.read(f"directory_{family}", shown, now()) == "stale"
    assert mirror.tasks() == {("refetch", "directory:directory_1")}


@pytest.mark.parametrize("verb", ["user_added", "user_removed"])
def test_upsert_directory_group_member__unknown_user_and_group__applied_with_it(
    mirror: Mirror, verb: str
) -> None:
    user, group = directory_user("directory_1"), directory_group("directory_1")
    data = directory_group_member(user, group)
    assert mirror.receive(f"dsync.group.{verb}", data, id="event_1") == "applied"
    for table, one in ((USERS, user), (GROUPS, group)):
        row = mirror.row(table, one["id"])
        assert row is not None
        assert (row["raw"], row["deleted_at"], row["event_id"]) == (one, None, "event_1")
    assert mirror.is_dead(MEMBERS, f"{group['id']}:{user['id']}") == (verb == "user_removed")
    assert mirror.tasks() == {("refetch", "directory:directory_1")}


def test_upsert_directory_group_member__older_objects_in_it__newer_ones_stay(
    mirror: Mirror,
) -> None:
    user, group = directory_user("directory_1"), directory_group("directory_1")
    newer = {**user, "email": "new@example.com", "updated_at": at(5)}
    mirror.receive("dsync.user.updated", newer)
    mirror.receive("dsync.group.deleted", group)
    mirror.receive("dsync.group.user_added", directory_group_member(user, group))
    row = mirror.row(USERS, user["id"])
    assert row is not None
    assert row["raw"] == newer
    assert mirror.is_dead(GROUPS, group["id"])
    assert mirror.is_dead(MEMBERS, f"{group['id']}:{user['id']}")


@pytest.mark.parametrize("verb", ["user_added", "user_removed"])
@pytest.mark.parametrize("odd", [{"updated_at": None}, {"updated_at": "now"}, {"directory_id": 7}])
def test_upsert_directory_group_member__odd_object_in_it__keeps_nothing_back(
    mirror: Mirror, verb: str, odd: dict[str, Any]
) -> None:
    user, group = directory_user("directory_1"), directory_group("directory_1")
    data = directory_group_member({**user, **odd}, group)
    assert mirror.receive(f"dsync.group.{verb}", data) == "applied"
    assert mirror.is_dead(MEMBERS, f"{group['id']}:{user['id']}") == (verb == "user_removed")
    row = mirror.row(GROUPS, group["id"])
    assert row is not None
    assert row["raw"] == group


def test_upsert_directory_group_member__objects_without_what_a_delete_does_not_need__dead(
    mirror: Mirror,
) -> None:
    user, group = directory_user("directory_1"), directory_group("directory_1")
    mirror.receive("dsync.group.user_added", directory_group_member(user, group))
    odd = {"user": {"id": user["id"], "created_at": []}, "group": {"id": group["id"]}}
    assert mirror.receive("dsync.group.user_removed", odd, created_at=at(1)) == "applied"
    row = mirror.row(MEMBERS, f"{group['id']}:{user['id']}")
    assert row is not None
    assert (row["directory_id"], row["deleted_at"] is not None) == ("directory_1", True)


def test_upsert_directory_group_member__read_of_a_list__same_row_as_its_event(
    mirror: Mirror,
) -> None:
    user, group = directory_user("directory_1"), directory_group("directory_1")
    mirror.receive("dsync.group.user_added", directory_group_member(user, group))
    before = mirror.row(MEMBERS, f"{group['id']}:{user['id']}")
    listed = {**user, "groups": [], "directory_group_id": group["id"]}
    assert mirror.read("directory_group_member", listed, now()) == "stale"
    assert mirror.row(MEMBERS, f"{group['id']}:{user['id']}") == before


def test_upsert_directory_group_member__read_of_a_list__makes_stubs_and_no_versions(
    mirror: Mirror,
) -> None:
    user, group_id = directory_user("directory_1"), unique("directory_group")
    assert mirror.read("directory_group_member", {**user, "directory_group_id": group_id})
    for table, id_ in ((USERS, user["id"]), (GROUPS, group_id)):
        row = mirror.row(table, id_)
        assert row is not None
        assert (row["raw"], row["origin"]) == (None, "stub")


def test_upsert_directory_group_member__read_without_the_group_of_the_list__refused(
    mirror: Mirror,
) -> None:
    with pytest.raises(PayloadInvalid, match="group"):
        mirror.read("directory_group_member", directory_user("directory_1"))


def test_upsert_directory_group_member__read_began_before_the_removal__stays_removed(
    mirror: Mirror,
) -> None:
    user, group = directory_user("directory_1"), directory_group("directory_1")
    data = directory_group_member(user, group)
    began_at = now() - timedelta(seconds=1)
    mirror.receive("dsync.group.user_added", data)
    mirror.receive("dsync.group.user_removed", data, created_at=at(1))
    listed = {**user, "directory_group_id": group["id"]}
    assert mirror.read("directory_group_member", listed, began_at) == "stale"
    assert mirror.is_dead(MEMBERS, f"{group['id']}:{user['id']}")
