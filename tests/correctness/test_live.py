"""Cases 53 and 55: what lives and what dies while everything is listed."""

from __future__ import annotations

import json

import httpx2
import pytest

from orgscope.sync import listing
from orgscope.sync.query import fetch
from tests.correctness.convergence import check_converged
from tests.correctness.people import USERS, dead
from tests.correctness.stage import Stage


async def test_case_53__default_filters__pending_and_inactive_memberships_survive(
    channel_stage: Stage,
) -> None:
    stage = channel_stage
    org = stage.world.create_organization("Acme")
    people = [stage.world.create_user(f"{name}@example.com") for name in "abc"]
    members = [stage.world.create_membership(one["id"], org["id"]) for one in people]
    stage.world.deactivate(members[1]["id"])
    stage.world.create_user("new@example.com")
    stage.world.create_invitation("new@example.com", organization_id=org["id"])
    await stage.deliver()
    statuses = "select status, count(*) from workos.organization_memberships where deleted_at is null group by 1 order by 1"
    before = stage.database.rows(statuses)
    assert before == [("active", 2), ("inactive", 1), ("pending", 1)]
    for table in ("users", "organization_memberships", "invitations"):
        stage.database.admin.execute(
            f"update workos.{table} set synced_at = synced_at - interval '1 hour'"
        )
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert [one for one in report.differences if one.kind == "orphan"] == []
    assert stage.database.rows(statuses) == before
    check_converged(stage.database, stage.world, whole=True)


async def test_case_55__live_delete_during_a_backfill__stays_dead(
    channel_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that lists a person is on its way while the delete arrives."""
    stage = channel_stage
    monkeypatch.setattr(listing, "LIMIT", "2")
    people = [stage.world.create_user(f"{number}@example.com") for number in range(6)]
    await stage.deliver()
    # What was read, as text: it is applied after the delete.
    pages = json.dumps(stage.world.users)
    [(read_at,)] = await fetch(stage.own, "select clock_timestamp()")
    for one in people[:3]:
        stage.world.delete_user(one["id"])
    await stage.deliver()
    [(run_id,)] = await fetch(stage.own, "select sync.open_run('backfill')")
    [(listed, applied)] = await fetch(
        stage.own,
        "select p.listed, p.applied from sync.apply_page(%s, %s, null, null, %s, %s) as p",
        run_id,
        USERS,
        pages,
        read_at,
    )
    assert (listed, applied) == (6, 0)
    assert dead(stage) == {one["id"] for one in people[:3]}
    stage.database.admin.execute("update sync.runs set lease_until = null")
    assert await stage.run.run("backfill") is not None
    check_converged(stage.database, stage.world, whole=True)


async def test_case_55__delete_before_the_first_page__stays_dead(channel_stage: Stage) -> None:
    """Nobody knew the person: the tombstone comes first, then a page that still lists them."""
    stage = channel_stage
    org = stage.world.create_organization("Acme")
    await stage.run.run("backfill")
    person = stage.world.create_user("ada@example.com")
    stage.world.create_membership(person["id"], org["id"])
    shown = stage.world.users
    stage.world.delete_user(person["id"])
    await stage.deliver()
    page = {"data": shown, "list_metadata": {"after": None}}
    stage.answer = lambda request: (
        httpx2.Response(200, json=page) if request.url.path == USERS else None
    )
    await stage.run.run("backfill")
    assert dead(stage) == {person["id"]}
