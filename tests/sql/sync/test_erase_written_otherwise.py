"""Erasing finds names however JSON writes them, and what is said of a person beside their id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.database import event, organization, unique, user
from tests.sql.sync.erasing import erase
from tests.sql.sync.mirror import EPOCH, Mirror, at

ADDRESS = "müller/grace@example.com"
INBOX = "select status, body from sync.inbox where id = %s"
TOO_LARGE = "1e999999"
"""A number that jsonb cannot hold."""


def escaped(text: str) -> str:
    """Write every character as its number."""
    return "".join(f"\\u{ord(one):04x}" for one in text)


@pytest.fixture
def grace(mirror: Mirror) -> dict[str, Any]:
    """Somebody whom the mirror has."""
    person = {**user(unique("user")), "email": ADDRESS}
    mirror.receive("user.created", person)
    return person


@pytest.mark.parametrize(
    "written",
    [
        ADDRESS.replace("ü", "\\u00fc"),
        ADDRESS.replace("/", "\\/"),
        ADDRESS.replace("@", "\\u0040"),
        escaped(ADDRESS.upper()),
    ],
)
def test_user__address_with_escapes__event_erased(
    mirror: Mirror, grace: dict[str, Any], written: str
) -> None:
    failed = event("authentication.magic_auth_failed", {"user_id": None, "email": "ADDRESS"})
    mirror.receive_body(json.dumps(failed).replace("ADDRESS", written))
    erase(mirror, "user", grace["id"], False)
    assert mirror.database.rows(INBOX, (failed["id"],)) == [("erased", "{}")]


@pytest.mark.parametrize("note", ['"\\n\\u0000"', TOO_LARGE])
def test_user__id_with_escapes__event_erased_and_the_next_one_refused(
    mirror: Mirror, grace: dict[str, Any], note: str
) -> None:
    def body(made: dict[str, Any]) -> str:
        text = json.dumps(made).replace(grace["id"], escaped(grace["id"]))
        return text.replace('"NOTE"', note)

    first = event("user.updated", {**grace, "metadata": "NOTE", "updated_at": at(5)})
    mirror.receive_body(body(first))
    erase(mirror, "user", grace["id"], False)
    assert mirror.database.rows(INBOX, (first["id"],)) == [("erased", "{}")]
    again = event("user.updated", {**grace, "metadata": "NOTE", "updated_at": at(6)})
    assert mirror.receive_body(body(again)) == "erased"
    assert mirror.row("workos.users", grace["id"]) is None


def test_user__id_with_escapes_in_what_is_read__passed_over(
    mirror: Mirror, grace: dict[str, Any]
) -> None:
    erase(mirror, "user", grace["id"], False)
    body = json.dumps(grace).replace(grace["id"], escaped(grace["id"]))
    assert mirror.read("user", body) == "ignored"
    [(run_id,)] = mirror.connection.execute("select sync.open_run('backfill')").fetchall()
    mirror.connection.execute(
        "select sync.apply_page(%s, '/user_management/users', null, null, %s, %s)",
        (run_id, f"[{body}]", EPOCH),
    )
    assert mirror.row("workos.users", grace["id"]) is None


def test_user__event_of_others_with_an_escape__id_left_out(
    mirror: Mirror, grace: dict[str, Any]
) -> None:
    org = organization(unique("org"), metadata={"owner": grace["id"], "note": 'a "quoted" line\n'})
    made = event("organization.created", org)
    mirror.receive_body(json.dumps(made).replace(grace["id"], escaped(grace["id"])))
    erase(mirror, "user", grace["id"], False)
    [(status, body)] = mirror.database.rows(INBOX, (made["id"],))
    assert (status, json.loads(body)["data"]["metadata"]) == (
        "applied",
        {"owner": None, "note": 'a "quoted" line\n'},
    )


@pytest.mark.parametrize("before", [True, False])
def test_user__actor_of_an_event_of_others__name_is_left_out(
    mirror: Mirror, grace: dict[str, Any], before: bool
) -> None:
    actor = {"id": grace["id"], "source": "dashboard", "name": "Grace Hopper"}
    org = organization(unique("org"), metadata={"id": grace["id"], "plan": "gold"})
    made = event("organization.created", org, context={"actor": actor, "request": "req_1"})
    if before:
        mirror.receive_body(json.dumps(made))
    erase(mirror, "user", grace["id"], False)
    if not before:
        mirror.receive_body(json.dumps(made))
    [(status, body)] = mirror.database.rows(INBOX, (made["id"],))
    kept = json.loads(body)
    assert (status, kept["context"]) == ("applied", {"actor": {}, "request": "req_1"})
    assert kept["data"]["metadata"] == {"id": None, "plan": "gold"}
