"""What a reconcile does with the answer of WorkOS about an object that it suspects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.database import member, unique
from tests.sql.sync.mirror import Mirror, at

MEMBERSHIPS = "workos.organization_memberships"
FAMILY = "organization_membership"


@dataclass
class Reconcile:
    """A reconcile that repairs, and the membership that it is about, as the mirror had it first."""

    mirror: Mirror
    member: dict[str, Any]
    run_id: int = 0

    def now(self) -> datetime:
        [(time,)] = self.mirror.database.rows("select clock_timestamp()")
        assert isinstance(time, datetime)
        return time

    def list(self, shown: Mapping[str, Any], *, repair: bool = True) -> list[tuple[str, str]]:
        """Read the list of members, which shows one; return the kinds and states that are noted."""
        call = self.mirror.connection.execute
        [(self.run_id,)] = call(
            "select sync.open_run('reconcile', %s, %s)",
            (f"organization:{self.member['organization_id']}", repair),
        ).fetchall()
        [(path,)] = self.mirror.database.rows(
            "select path from sync.run_lists where run_id = %s and family = %s",
            (self.run_id, FAMILY),
        )
        call(
            "select sync.apply_page(%s, %s, null, null, %s, %s)",
            (self.run_id, path, json.dumps([shown]), self.now()),
        )
        return self.mirror.database.rows("select kind, state from sync.differences")

    def settle(self, shown: Mapping[str, Any] | None, read_at: datetime | None = None) -> str:
        """Say what WorkOS answered for the member, asked for at a time."""
        body = None if shown is None else json.dumps(shown)
        [(state,)] = self.mirror.connection.execute(
            "select sync.settle_difference(%s, %s, %s, %s, %s)",
            (self.run_id, FAMILY, self.member["id"], body, read_at or self.now()),
        ).fetchall()
        return str(state)

    def age(self, hours: int) -> None:
        """Let the row be one that was written some hours ago."""
        self.mirror.database.admin.execute(
            f"update {MEMBERSHIPS} set synced_at = synced_at - make_interval(hours => %s)", (hours,)
        )

    @property
    def status(self) -> str | None:
        """The status of the member; None when they are none."""
        row = self.mirror.row(MEMBERSHIPS, self.member["id"])
        assert row is not None
        return None if row["deleted_at"] is not None else str(row["status"])


@pytest.fixture
def reconcile(mirror: Mirror) -> Iterator[Reconcile]:
    yield Reconcile(mirror, mirror.database.add_member())


def test_settle_difference__delete_arrives_after_the_question__stays_dead(
    reconcile: Reconcile,
) -> None:
    mirror, shown = reconcile.mirror, reconcile.member
    put_absent = "select sync.put_absent(%s, %s, %s)"
    mirror.connection.execute(put_absent, (FAMILY, shown["id"], reconcile.now()))
    assert reconcile.list(shown) == [("deleted", "suspected")]
    asked_at = reconcile.now()
    changes = mirror.database.rows("select count(*) from sync.changes")
    assert mirror.receive("organization_membership.deleted", shown) == "stale"
    assert mirror.database.rows("select count(*) from sync.changes") == changes
    assert reconcile.settle(shown, asked_at) == "suspected"
    assert reconcile.status is None
    assert reconcile.settle(shown) == "mended"


def test_settle_difference__another_answer_says_gone_after_the_question__stays_dead(
    reconcile: Reconcile,
) -> None:
    mirror, shown = reconcile.mirror, reconcile.member
    put_absent = "select sync.put_absent(%s, %s, %s)"
    mirror.connection.execute(put_absent, (FAMILY, shown["id"], reconcile.now()))
    reconcile.list(shown)
    asked_at = reconcile.now()
    mirror.connection.execute(put_absent, (FAMILY, shown["id"], reconcile.now()))
    assert reconcile.settle(shown, asked_at) == "suspected"
    assert reconcile.status is None
