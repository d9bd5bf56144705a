"""Questions that tell whether the emulator answers as WorkOS does; each is a known deviation.

Some make objects, which are mirrored like any other: odd ones are what a mirror has to bear with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.interop.contents import MEMBERSHIPS, USERS
from tests.interop.emulator import Emulator

__all__ = ["PROBES", "probe"]


def probe(emulator: Emulator) -> Iterator[str]:
    """Return the name of each deviation that is there; the emulator has contents already."""
    for name, deviates in PROBES.items():
        if deviates(emulator):
            yield name


def _newest_first(emulator: Emulator) -> bool:
    times = [one["created_at"] for one in emulator.get("events", limit="100")["data"]]
    return bool(times[0] > times[-1])


def _unknown_cursor(emulator: Emulator) -> bool:
    cursor = "event_01HZZZZZZZZZZZZZZZZZZZZZZZ"
    return emulator.refuses("get", "events", events="user.created", after=cursor) is None


def _names_ignored(emulator: Emulator) -> bool:
    page = emulator.get("events", events="user.created,user.deleted", limit="100")
    return any(not one["event"].startswith("user.") for one in page["data"])


def _range_ignored(emulator: Emulator) -> bool:
    start = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return bool(emulator.get("events", events="user.created", range_start=start)["data"])


def _not_held_back(emulator: Emulator) -> bool:
    made = emulator.post(*USERS, email="at.once@example.com")
    return any(one["data"].get("id") == made["id"] for one in emulator.events())


def _listed_without_a_parent(emulator: Emulator) -> bool:
    return emulator.refuses("get", *MEMBERSHIPS) is None


def _statuses_ignored(emulator: Emulator) -> bool:
    [org, *_] = emulator.pages("organizations")
    page = emulator.get(
        *MEMBERSHIPS, organization_id=org["id"], statuses="active,pending", limit="100"
    )
    return any(one["status"] == "inactive" for one in page["data"])


def _unknown_role_accepted(emulator: Emulator) -> bool:
    person = emulator.post(*USERS, email="unknown.role@example.com")
    [org, *_] = emulator.pages("organizations")
    sent = {"user_id": person["id"], "organization_id": org["id"], "role_slug": "no-such-role"}
    return emulator.refuses("post", *MEMBERSHIPS, **sent) is None


def _second_membership(emulator: Emulator) -> bool:
    person = emulator.post(*USERS, email="twice@example.com")
    [org, *_] = emulator.pages("organizations")
    pair = {"user_id": person["id"], "organization_id": org["id"]}
    first = emulator.post(*MEMBERSHIPS, **pair)
    emulator.put(*MEMBERSHIPS, first["id"], "deactivate")
    return bool(emulator.post(*MEMBERSHIPS, **pair)["id"] != first["id"])


def _deactivated_once_only(emulator: Emulator) -> bool:
    person = emulator.post(*USERS, email="left@example.com")
    [org, *_] = emulator.pages("organizations")
    made = emulator.post(*MEMBERSHIPS, user_id=person["id"], organization_id=org["id"])
    emulator.put(*MEMBERSHIPS, made["id"], "deactivate")
    return emulator.refuses("put", *MEMBERSHIPS, made["id"], "deactivate") is not None


def _taken_email_is_409(emulator: Emulator) -> bool:
    emulator.post(*USERS, email="taken@example.com")
    return emulator.refuses("post", *USERS, email="taken@example.com") == 409


def _emails_differ_by_case(emulator: Emulator) -> bool:
    emulator.post(*USERS, email="case@example.com")
    return emulator.refuses("post", *USERS, email="Case@Example.com") is None


def _email_cannot_be_changed(emulator: Emulator) -> bool:
    person = emulator.post(*USERS, email="before@example.com")
    changed = emulator.put(*USERS, person["id"], email="after@example.com")
    return bool(changed["email"] == person["email"])


def _taken_external_id_accepted(emulator: Emulator) -> bool:
    emulator.post(*USERS, email="one@example.com", external_id="shared")
    again = {"email": "other@example.com", "external_id": "shared"}
    return emulator.refuses("post", *USERS, **again) is None


def _no_groups(emulator: Emulator) -> bool:
    [org, *_] = emulator.pages("organizations")
    return emulator.refuses("get", "organizations", org["id"], "groups") == 404


PROBES: Final[Mapping[str, Callable[[Emulator], bool]]] = {
    "events: newest first": _newest_first,
    "events: unknown cursor": _unknown_cursor,
    "events: names ignored": _names_ignored,
    "events: range ignored": _range_ignored,
    "events: not held back": _not_held_back,
    "memberships: listed without a parent": _listed_without_a_parent,
    "memberships: statuses ignored": _statuses_ignored,
    "memberships: unknown role accepted": _unknown_role_accepted,
    "memberships: second one for a person": _second_membership,
    "memberships: deactivated once only": _deactivated_once_only,
    "users: taken e-mail is 409": _taken_email_is_409,
    "users: e-mails differ by case": _emails_differ_by_case,
    "users: e-mail cannot be changed": _email_cannot_be_changed,
    "users: taken external_id accepted": _taken_external_id_accepted,
    "groups: no such list": _no_groups,
}
