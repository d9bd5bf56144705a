"""`orgscope trace`: what an event changed, and what became of that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.database import Database, event, member, unique, user
from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored

LATER = "2026-01-15T13:00:00.000Z"


def deliver(database: Database, type_: str, data: dict[str, Any], **envelope: Any) -> str:
    """Deliver an event, and return its id."""
    made = event(type_, data, **envelope)
    database.receive_body(json.dumps(made))
    return str(made["id"])


def note_change(database: Database, event_id: str, person: str, kind: str) -> None:
    """Say in sync.changes what an event changed, where nothing says it by itself."""
    database.admin.execute(
        "insert into sync.changes (family, object_id, kind, event_id) select 'user', %s, %s, %s "
        "where not exists (select from sync.changes where event_id = %s)",
        (person, kind, event_id, event_id),
    )


def traced(mirrored: Mirrored, event_id: str) -> dict[str, str]:
    """Return the row of the one object of an event, by column."""
    result = mirrored.inside("trace", event_id)
    assert result.returncode == 0, result.stderr
    assert "@example.com" not in result.stdout
    [row] = table_of(result.stdout)
    return row


def table_of(output: str) -> list[dict[str, str]]:
    """Return the rows of the objects, by column."""
    _, _, table = output.partition("\n\n")
    head, *rows = table.splitlines()
    names = ["family", "object", "changed", "at", "now", "version", "by event", "newer took over"]
    places = [head.index(name) for name in names]
    ends = [*places[1:], None]
    return [
        {name: row[place:end].strip() for name, place, end in zip(names, places, ends, strict=True)}
        for row in rows
    ]


def test_trace__event_that_was_applied__the_present_is_its(mirrored: Mirrored) -> None:
    person = unique("user")
    event_id = deliver(mirrored.database, "user.created", user(person))
    note_change(mirrored.database, event_id, person, "created")
    found = traced(mirrored, event_id)
    assert found.pop("at") != "-"
    assert found == {
        "family": "user",
        "object": person,
        "changed": "created",
        "now": "live",
        "version": "2026-01-15 12:00:00Z",
        "by event": event_id,
        "newer took over": "no",
    }


def test_trace__newer_version__took_over(mirrored: Mirrored) -> None:
    person = unique("user")
    first = deliver(mirrored.database, "user.created", user(person))
    note_change(mirrored.database, first, person, "created")
    later = deliver(mirrored.database, "user.updated", user(person, updated_at=LATER))
    found = traced(mirrored, first)
    assert (found["by event"], found["newer took over"]) == (later, "yes")
    assert found["version"] == "2026-01-15 13:00:00Z"


def test_trace__deleted_since__is_a_tombstone_and_took_over(mirrored: Mirrored) -> None:
    person = unique("user")
    first = deliver(mirrored.database, "user.created", user(person))
    note_change(mirrored.database, first, person, "created")
    last = deliver(mirrored.database, "user.deleted", user(person))
    note_change(mirrored.database, last, person, "deleted")
    assert traced(mirrored, first)["newer took over"] == "yes"
    found = traced(mirrored, last)
    assert (found["changed"], found["now"], found["newer took over"]) == (
        "deleted",
        "deleted",
        "no",
    )


@pytest.mark.parametrize("channel", ["webhook", "feed"])
def test_trace__delete_that_took_others_along__names_them(mirrored: Mirrored, channel: str) -> None:
    """By feed both deletes are in one transaction, and each has its own."""
    database, orgs = mirrored.database, [unique("org") for _ in range(2)]
    members = {org: [member(unique("user"), org)["id"] for _ in range(3)] for org in orgs}
    for org, ids in members.items():
        for id_ in ids:
            deliver(
                database, "organization_membership.created", member(unique("user"), org, id=id_)
            )
    deletes = [
        event("organization.deleted", {"id": org}, created_at=f"2026-01-15T13:00:0{number}Z")
        for number, org in enumerate(orgs)
    ]
    if channel == "feed":
        with database.connect("sync") as connection:
            connection.execute("select sync.open_feed()")
            connection.execute("select sync.receive_page(%s, null, true)", (json.dumps(deletes),))
    else:
        for one in deletes:
            database.receive_body(json.dumps(one))
    for one, org in zip(deletes, orgs, strict=True):
        result = mirrored.inside("trace", one["id"])
        found = table_of(result.stdout)
        assert {row["object"] for row in found} == {org, *members[org]}
        assert {(row["changed"], row["now"], row["newer took over"]) for row in found} == {
            ("deleted", "deleted", "no")
        }


def test_trace__delete_whose_changes_are_purged__nothing_took_over(mirrored: Mirrored) -> None:
    person = unique("user")
    deliver(mirrored.database, "user.created", user(person))
    last = deliver(mirrored.database, "user.deleted", user(person))
    mirrored.database.admin.execute("delete from sync.changes")
    found = traced(mirrored, last)
    assert (found["changed"], found["now"], found["newer took over"]) == (
        "nothing",
        "deleted",
        "no",
    )


def test_trace__stale_event__changed_nothing_and_names_its_object(mirrored: Mirrored) -> None:
    person = unique("user")
    later = deliver(mirrored.database, "user.updated", user(person, updated_at=LATER))
    stale = deliver(mirrored.database, "user.created", user(person))
    found = traced(mirrored, stale)
    assert (found["object"], found["changed"]) == (person, "nothing")
    assert (found["by event"], found["newer took over"]) == (later, "yes")


def test_trace__row_that_was_lost__absent(mirrored: Mirrored) -> None:
    person = unique("user")
    event_id = deliver(mirrored.database, "user.created", user(person))
    note_change(mirrored.database, event_id, person, "created")
    mirrored.database.admin.execute("delete from workos.users")
    assert traced(mirrored, event_id)["now"] == "absent"


def test_trace__event_of_no_family__says_so(mirrored: Mirrored) -> None:
    event_id = deliver(mirrored.database, "widget.created", {"id": "widget_1"})
    result = mirrored.inside("trace", event_id)
    assert result.returncode == 0
    assert "it changed nothing" in result.stdout
    assert "ignored" in result.stdout


def test_trace__unknown_event__one_message(mirrored: Mirrored) -> None:
    assert "no event with this id" in failure(mirrored("trace", "event_01NONE"))
