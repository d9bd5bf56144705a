"""Who was in this organization at a time: by WorkOS's time, and nobody is left out silently."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from tests.database import member, organization, unique, user
from tests.sql.sync.erasing import erase
from tests.sql.sync.mirror import Mirror, at

Object = dict[str, Any]
WORD = "organization_membership"


@pytest.fixture
def org() -> Object:
    return organization(unique("org"), created_at=at(), updated_at=at())


@pytest.fixture
def ada() -> Object:
    return user(unique("user"), created_at=at(), updated_at=at())


def joined(ada: Object, org: Object, time: int, **fields: Any) -> Object:
    """Return a membership that was made at a time."""
    times = {"created_at": at(time), "updated_at": at(time)}
    return member(ada["id"], org["id"], **{**times, **fields})


def state(mirror: Mirror, org: Object, time: int) -> list[tuple[Any, ...]]:
    """Return who was there at a time, how, since when, and whether that is known."""
    return [
        (row["membership_id"], row["status"], row["role_slug"], row["since"], row["is_known"])
        for row in mirror.members_as_of(org["id"], at(time))
    ]


def ids(mirror: Mirror, org: Object, time: int) -> list[str]:
    return [row["membership_id"] for row in mirror.members_as_of(org["id"], at(time))]


def since(time: int) -> datetime:
    return datetime.fromisoformat(at(time))


def tell(mirror: Mirror, verb: str, data: Object, time: int) -> None:
    mirror.receive(f"{WORD}.{verb}", data, created_at=at(time))


def test_members_as_of__joined_changed_and_left__as_it_was_at_each_time(
    mirror: Mirror, org: Object, ada: Object
) -> None:
    mirror.receive("organization.created", org)
    mirror.receive("user.created", ada)
    first = joined(ada, org, 2, status="pending", role={"slug": "member"})
    story = [
        ("created", first, 2),
        ("updated", {**first, "status": "active", "updated_at": at(4)}, 4),
        (
            "updated",
            {**first, "status": "active", "role": {"slug": "boss"}, "updated_at": at(6)},
            6,
        ),
        ("updated", {**first, "status": "inactive", "updated_at": at(8)}, 8),
        ("deleted", {**first, "status": "inactive", "updated_at": at(8)}, 10),
    ]
    for step in story:
        tell(mirror, *step)
    of = first["id"]
    pending, active = (of, "pending", "member"), (of, "active", "member")
    boss, inactive = (of, "active", "boss"), (of, "inactive", "member")
    assert state(mirror, org, 1) == []
    for time, expected, begun in [
        (2, pending, 2),
        (3, pending, 2),
        (4, active, 4),
        (5, active, 4),
        (6, boss, 6),
        (7, boss, 6),
        (8, inactive, 8),
        (9, inactive, 8),
    ]:
        assert state(mirror, org, time) == [(*expected, since(begun), True)]
    assert state(mirror, org, 10) == []


def test_members_as_of__any_order_of_delivery__same_answers(
    mirror: Mirror, org: Object, ada: Object
) -> None:
    for is_trimmed in (True, False):
        for order in permutations(range(4)):
            place = organization(unique("org"), created_at=at(), updated_at=at())
            first = joined(ada, place, 2)
            changed = {**first, "role": {"slug": "boss"}, "updated_at": at(4)}
            end = {"id": first["id"]} if is_trimmed else changed
            story = [
                (f"{WORD}.created", first, 2),
                (f"{WORD}.updated", changed, 4),
                (f"{WORD}.deleted", end, 6),
                ("organization.deleted", place, 8),
            ]
            for number in order:
                type_, data, time = story[number]
                mirror.receive(type_, data, created_at=at(time))
            answers = [
                [(row["user_id"], row["role_slug"]) for row in mirror.members_as_of(place["id"], t)]
                for t in (at(1), at(2), at(4), at(6), at(9))
            ]
            slug = first["role"]["slug"]
            assert answers == [[], [(ada["id"], slug)], [(ada["id"], "boss")], [], []], order


def test_members_as_of__left_and_joined_again__each_membership_at_its_time(
    mirror: Mirror, org: Object, ada: Object
) -> None:
    first, second = joined(ada, org, 1), joined(ada, org, 7)
    tell(mirror, "created", second, 7)
    tell(mirror, "created", first, 1)
    tell(mirror, "deleted", first, 4)
    assert [ids(mirror, org, time) for time in (0, 1, 3, 4, 6, 7, 9)] == [
        [],
        [first["id"]],
        [first["id"]],
        [],
        [],
        [second["id"]],
        [second["id"]],
    ]


def test_members_as_of__members_of_others__not_among_them(
    mirror: Mirror, org: Object, ada: Object
) -> None:
    other = organization(unique("org"))
    here = [joined(ada, org, 1), joined(user(unique("user")), org, 1)]
    for one in [*here, joined(ada, other, 1)]:
        tell(mirror, "created", one, 1)
    assert ids(mirror, org, 1) == sorted(one["id"] for one in here)


@pytest.mark.parametrize("word", ["organization", "user"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_members_as_of__parent_deleted_before_the_membership__nobody_since_then(
    mirror: Mirror, org: Object, ada: Object, word: str, order: tuple[int, int]
) -> None:
    mirror.receive("organization.created", org)
    mirror.receive("user.created", ada)
    data = joined(ada, org, 1)
    tell(mirror, "created", data, 1)
    gone = {"organization": org, "user": ada}[word]
    events = [(f"{word}.deleted", gone, 4), (f"{WORD}.deleted", data, 7)]
    for number in order:
        type_, told, time = events[number]
        mirror.receive(type_, told, created_at=at(time))
    assert [ids(mirror, org, time) for time in (3, 4, 6, 7)] == [[data["id"]], [], [], []]


def test_members_as_of__joins_after_the_organization_died__never_there(
    mirror: Mirror, org: Object, ada: Object
) -> None:
    mirror.receive("organization.deleted", org, created_at=at(4))
    tell(mirror, "created", joined(ada, org, 6), 6)
    assert [ids(mirror, org, time) for time in (3, 4, 6, 7)] == [[], [], [], []]


@pytest.mark.parametrize("source", ["read", "event"])
def test_members_as_of__created_before_and_known_only_after__unknown_and_not_left_out(
    mirror: Mirror, org: Object, ada: Object, source: str
) -> None:
    data = joined(ada, org, 2, updated_at=at(9))
    if source == "read":
        mirror.read(WORD, data)
    else:
        tell(mirror, "updated", data, 9)
    assert mirror.members_as_of(org["id"], at(1)) == []
    for time in (2, 8):
        assert mirror.members_as_of(org["id"], at(time)) == [
            {
                "membership_id": data["id"],
                "user_id": ada["id"],
                "email": None,
                "status": None,
                "role_slug": None,
                "since": None,
                "is_known": False,
            }
        ]
    [row] = mirror.members_as_of(org["id"], at(9))
    assert (row["status"], row["since"], row["is_known"]) == ("active", since(9), True)


def test_members_as_of__left_and_only_the_delete_came__unknown_until_it(
    mirror: Mirror, org: Object, ada: Object
) -> None:
    data = joined(ada, org, 2, updated_at=at(5))
    tell(mirror, "deleted", data, 9)
    known = [
        [row["is_known"] for row in mirror.members_as_of(org["id"], at(time))]
        for time in (1, 2, 4, 5, 8, 9)
    ]
    assert known == [[], [False], [False], [True], [True], []]


def test_members_as_of__email__that_of_the_time(mirror: Mirror, org: Object, ada: Object) -> None:
    tell(mirror, "created", joined(ada, org, 1), 1)
    mirror.read("user", {**ada, "updated_at": at(3)})
    mirror.receive("user.updated", {**ada, "email": "new@example.com", "updated_at": at(6)})
    emails = [
        [row["email"] for row in mirror.members_as_of(org["id"], at(time))] for time in (2, 3, 6)
    ]
    assert emails == [[None], [ada["email"]], ["new@example.com"]]


def test_members_as_of__known_by_a_group_only__nobody(mirror: Mirror, org: Object) -> None:
    named = {"group_id": unique("group"), "organization_membership_id": unique("om")}
    mirror.receive("group.member_added", named)
    assert mirror.members_as_of(org["id"], at(9)) == []


@pytest.mark.parametrize("login", ["admin", "auditor"])
def test_members_as_of__person_with_a_reason__sees_all_that_is_and_was(
    mirror: Mirror, org: Object, ada: Object, login: str
) -> None:
    data = joined(ada, org, 1)
    tell(mirror, "created", data, 1)
    tell(mirror, "updated", {**data, "status": "inactive", "updated_at": at(5)}, 5)
    with mirror.database.connect(login) as connection, connection.transaction():
        connection.execute("select authz.begin_privileged('ticket 4711')")
        for time, status in ((1, "active"), (5, "inactive")):
            query = "select status from sync.members_as_of(%s, %s)"
            assert connection.execute(query, (org["id"], at(time))).fetchall() == [(status,)]


def test_members_as_of__erased__has_no_past(mirror: Mirror, org: Object, ada: Object) -> None:
    mirror.receive("user.created", ada)
    tell(mirror, "created", joined(ada, org, 1), 1)
    assert len(ids(mirror, org, 9)) == 1
    erase(mirror, "user", ada["id"], True)
    assert ids(mirror, org, 9) == []
