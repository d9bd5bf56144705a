"""Invitations: their secrets are kept nowhere, and they expire in silence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import sql

from tests.database import unique
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import invitation


@pytest.mark.parametrize("odd", [{}, {"expires_at": "soon"}, {"email": "A\x00da"}])
def test_upsert_invitation__its_secrets__stored_nowhere(
    mirror: Mirror, odd: dict[str, Any]
) -> None:
    data = {**invitation(unique("org")), **odd}
    url = "https://invite.example.com/?invitation_token=Z1uX3RbwcIl5fIGJJJCXXisdI"
    secrets = {"token": "Z1uX3RbwcIl5fIGJJJCXXisdI", "accept_invitation_url": url}
    assert mirror.read("invitation", {**data, **secrets}) == "applied"
    assert mirror.read("invitation", {**data, **secrets, "updated_at": at(1)}) == "applied"
    row = mirror.row("workos.invitations", data["id"])
    assert row is not None
    assert set(row["raw"]) == set(data)
    for table in mirror.database.rows(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ('sync', 'workos') and table_type = 'BASE TABLE'"
    ):
        query = sql.SQL("select count(*) from {} as t where strpos(t::text, 'Z1uX3') > 0")
        found = mirror.database.admin.execute(query.format(sql.Identifier(*table))).fetchone()
        assert found == (0,), table


def test_upsert_invitation__expired_in_silence__read_says_so_and_a_late_event_does_not_undo_it(
    mirror: Mirror,
) -> None:
    data = invitation(None)
    mirror.receive("invitation.created", data, id="event_1")
    assert mirror.read("invitation", {**data, "state": "expired"}, datetime.now(UTC)) == "applied"
    assert mirror.receive("invitation.resent", data, id="event_2") == "stale"
    row = mirror.row("workos.invitations", data["id"])
    assert row is not None
    assert (row["state"], mirror.tasks()) == ("expired", set())
    accepted = {**data, "state": "accepted", "accepted_at": at(1), "updated_at": at(1)}
    mirror.receive("invitation.accepted", accepted)
    row = mirror.row("workos.invitations", data["id"])
    assert row is not None
    assert row["state"] == "accepted"
