"""What events leave out or say as it was, and only a read of WorkOS knows: nothing takes it back."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from tests.database import unique, user
from tests.sql.sync.families import Family, named
from tests.sql.sync.mirror import Mirror, at

READ_KEYS = [
    ("user", "last_sign_in_at", "2026-01-15T11:59:00.000Z"),
    ("organization", "allow_profiles_outside_organization", True),
    ("organization_domain", "verification_token", "m5Oztg3jdK4NJLgs8uIlIprMw"),
    ("organization_domain", "verification_prefix", "superapp-domain-verification-z3kjny"),
    ("invitation", "state", "expired"),
    ("directory", "domain", "example.com"),
    ("directory_user", "raw_attributes", {"department": "surgery"}),
    ("directory_group", "raw_attributes", {"mail": "surgeons@example.com"}),
]
read_keys = pytest.mark.parametrize(("name", "field", "value"), READ_KEYS)


def lean(family: Family, field: str) -> dict[str, Any]:
    """Return what an event says: without the field, but for those that it says as they were."""
    data = family.new()
    if field not in {"state", "last_sign_in_at"}:
        data.pop(field, None)
    return data


@read_keys
def test_read_keys__read_knows_more_of_one_version__one_row_in_both_orders(
    mirror: Mirror, name: str, field: str, value: Any
) -> None:
    family = named(name)
    for read_first in (True, False):
        data = lean(family, field)
        whole = {**data, field: value}
        if read_first:
            mirror.read(name, whole, datetime.now(UTC))
        mirror.receive(family.events["updated"], data, id=f"event_{read_first}")
        if not read_first:
            assert mirror.read(name, whole, datetime.now(UTC)) == "applied"
        row = mirror.row(family.table, data["id"])
        assert row is not None
        assert (row["raw"], row["event_id"]) == (family.stored(whole), f"event_{read_first}")
        assert ("refetch", f"{name}:{data['id']}") not in mirror.tasks()


@read_keys
def test_read_keys__newer_event_leaves_a_field_of_a_read_out__kept(
    mirror: Mirror, name: str, field: str, value: Any
) -> None:
    family = named(name)
    data = family.new()
    mirror.read(name, {**data, field: value}, datetime.now(UTC))
    newer = {key: data[key] for key in data if key != field} | {"updated_at": at(1)}
    assert mirror.receive(family.events["updated"], newer) == "applied"
    row = mirror.row(family.table, data["id"])
    assert row is not None
    assert row["raw"] == family.stored({**newer, field: value})


def test_read_keys__newer_event_leaves_another_field_out__gone(mirror: Mirror) -> None:
    data = user(unique("user"), locale="fr")
    mirror.read("user", data, datetime.now(UTC))
    newer = {key: data[key] for key in data if key != "locale"} | {"updated_at": at(1)}
    mirror.receive("user.updated", newer)
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["raw"] == newer


def test_read_keys__changed_without_a_version__read_says_so_and_no_event_takes_it_back(
    mirror: Mirror,
) -> None:
    data = user(unique("user"))
    signed_in = {**data, "last_sign_in_at": at(5)}
    mirror.receive("user.created", data, id="event_1")
    assert mirror.read("user", signed_in, datetime.now(UTC)) == "applied"
    assert mirror.receive("user.updated", data, id="event_2") == "stale"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["raw"], row["event_id"], mirror.tasks()) == (signed_in, "event_2", set())


def test_read_keys__event_adds_to_what_a_read_said__the_read_still_knows_better(
    mirror: Mirror,
) -> None:
    data = user(unique("user"))
    mirror.read("user", {**data, "last_sign_in_at": at(5)}, datetime.now(UTC))
    assert mirror.receive("user.updated", {**data, "locale": "fr"}, id="event_1") == "applied"
    assert mirror.receive("user.updated", {**data, "locale": "fr"}, id="event_2") == "stale"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["raw"]["locale"], row["raw"]["last_sign_in_at"]) == ("fr", at(5))


def test_read_keys__read_that_began_before__does_not_take_a_silent_change_back(
    mirror: Mirror,
) -> None:
    data = user(unique("user"))
    began_at = datetime.now(UTC)
    mirror.receive("user.created", {**data, "last_sign_in_at": at(5)})
    assert mirror.read("user", data, began_at) == "stale"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["raw"]["last_sign_in_at"] == at(5)


def test_read_keys__events_of_one_version_say_a_silent_field_apart__larger_id_in_every_order(
    mirror: Mirror,
) -> None:
    for order in permutations(range(3)):
        data = user(unique("user"))
        for number in order:
            seen = {**data, "last_sign_in_at": at(number)}
            mirror.receive("user.updated", seen, id=f"event_{data['id']}_{number}")
        row = mirror.row("workos.users", data["id"])
        assert row is not None
        assert row["raw"]["last_sign_in_at"] == at(2)
    assert mirror.tasks() == set()
