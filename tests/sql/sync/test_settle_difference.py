"""What a reconcile does with the answer of WorkOS about an object that it suspects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from orgscope.errors import ApplyError
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
def reconcile(mirror: Mirror) -> Reconcile:
    return Reconcile(mirror, mirror.database.add_member())


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


@pytest.mark.parametrize("repair", [True, False])
def test_settle_difference__list_was_late_and_the_answer_is_what_the_mirror_has__refuted(
    reconcile: Reconcile, repair: bool
) -> None:
    old = reconcile.member
    new = {**old, "status": "inactive", "updated_at": at(5)}
    reconcile.mirror.receive("organization_membership.updated", new)
    before = reconcile.mirror.row(MEMBERSHIPS, old["id"])
    assert reconcile.list(old, repair=repair) == [("newer", "suspected")]
    assert reconcile.settle({**new, "organization_name": "Acme"}) == "refuted"
    assert reconcile.mirror.row(MEMBERSHIPS, old["id"]) == before


def test_settle_difference__same_version_with_other_content__mended(reconcile: Reconcile) -> None:
    old = reconcile.member
    new = {**old, "status": "inactive", "updated_at": at(5)}
    reconcile.mirror.receive("organization_membership.updated", {**new, "status": "active"})
    reconcile.list(old)
    assert reconcile.settle(new) == "mended"
    assert reconcile.status == "inactive"


def test_settle_difference__answer_that_nobody_can_read__raises(reconcile: Reconcile) -> None:
    old = reconcile.member
    reconcile.mirror.receive("organization_membership.updated", {**old, "updated_at": at(5)})
    reconcile.list(old)
    with pytest.raises(ApplyError):
        reconcile.settle({"id": old["id"], "updated_at": at(9)})
    assert reconcile.status == "active"


def test_settle_difference__event_after_the_question__refuted_and_stands(
    reconcile: Reconcile,
) -> None:
    old = reconcile.member
    reconcile.mirror.receive("organization_membership.updated", {**old, "updated_at": at(5)})
    reconcile.list(old)
    asked_at = reconcile.now()
    off = {**old, "status": "inactive", "updated_at": at(9)}
    reconcile.mirror.receive("organization_membership.updated", off)
    assert reconcile.settle(old, asked_at) == "refuted"
    assert reconcile.status == "inactive"


@pytest.mark.parametrize("event", ["updated", "deleted"])
@pytest.mark.parametrize(
    ("hours", "state", "is_active"), [(11, "found", False), (13, "mended", True)]
)
def test_settle_difference__answer_is_older_than_an_event__stands_after_half_a_day(
    reconcile: Reconcile, event: str, hours: int, state: str, is_active: bool
) -> None:
    old = reconcile.member
    off = {**old, "status": "inactive", "updated_at": at(5)}
    reconcile.mirror.receive(f"organization_membership.{event}", off)
    reconcile.age(hours)
    reconcile.list(old)
    assert reconcile.settle(old) == state
    assert (reconcile.status == "active") is is_active


def test_settle_difference__later_version_that_no_event_brought__mended(
    reconcile: Reconcile,
) -> None:
    old = reconcile.member
    off = {**old, "status": "inactive", "updated_at": at(5)}
    assert reconcile.mirror.read(FAMILY, off, reconcile.now()) == "applied"
    reconcile.list(old)
    assert reconcile.settle(old) == "mended"
    assert reconcile.status == "active"
