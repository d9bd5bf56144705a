"""Cases 44 to 48: the feed fills what webhooks leave out, and says where it stands."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from orgscope.commands.inbox_filter import InboxFilter, find_events
from orgscope.devworkos.clock import ManualClock
from orgscope.devworkos.events import Event
from orgscope.errors import ProviderUnavailable
from orgscope.sync.query import fetch
from tests.correctness.convergence import check_converged
from tests.correctness.stage import Stage, staged
from tests.database import Database, event, user
from tests.web import world

EVERY = timedelta(days=1)


@pytest.mark.parametrize("seed", range(3))
async def test_case_44__any_subset_of_webhooks_is_lost__the_feed_fills_and_counts_the_gaps(
    database: Database, no_waiting: list[float], seed: int
) -> None:
    """What was lost is of 6 minutes ago, so it is no longer on its way when the feed brings it."""
    dice = random.Random(seed)
    clock = ManualClock(int(datetime.now(UTC).timestamp() * 1000))
    clock.advance(-360)
    local = world(clock=clock)
    async with staged(database, local) as stage:
        org = local.create_organization("Acme")
        lost: list[Event] = []
        late: list[Event] = []
        for number in range(15):
            clock.advance(0.5)
            person = local.create_user(f"{number}@example.com")
            made = local.create_membership(person["id"], org["id"])
            if dice.random() < 0.3:
                local.update_membership(made["id"], role_slug="admin")
            elif dice.random() < 0.3:
                local.delete_user(person["id"])
        for one in local.event_log.all:
            fate = dice.choice(["come", "lost", "late"])
            if fate == "come":
                stage.database.receive_body(one.body.decode())
            else:
                (lost if fate == "lost" else late).append(one)
        clock.advance(360)
        local.create_user("young@example.com")
        began = _now(stage)
        read = await stage.feed.read()
        read_by = _now(stage)
        assert read.events == len(local.event_log.all)
        check_converged(database, local)
        # What is a few seconds old is still on its way, and no gap yet.
        gaps = await _lags(stage, gaps=True)
        assert gaps.keys() == {one.id for one in lost + late}
        for one in lost + late:
            occurred = datetime.fromtimestamp(one.created_ms / 1000, UTC)
            feed_lag, webhook_lag = gaps[one.id]
            assert began - occurred <= feed_lag <= read_by - occurred
            assert webhook_lag is None
        assert database.rows("select gaps, gap_lag from sync.status") == [
            (len(gaps), max(feed_lag for feed_lag, _ in gaps.values()))
        ]
        for one in late:
            before = _now(stage)
            assert database.receive_body(one.body.decode()) == "duplicate"
            feed_lag, webhook_lag = (await _lags(stage, event_id=one.id))[one.id]
            assert feed_lag == gaps[one.id][0], "a webhook does not change when the feed had it"
            assert before - read_by <= webhook_lag <= _now(stage) - began
        assert await _lags(stage, gaps=True) == {one.id: gaps[one.id] for one in lost}
        assert database.rows("select gaps from sync.status") == [(len(lost),)]
        by_webhook = {id_ for id_, (lag, _) in (await _lags(stage)).items() if lag is None}
        assert by_webhook == {one.id for one in local.event_log.all[:-1]} - gaps.keys()
        check_converged(database, local)


def _now(stage: Stage) -> datetime:
    """Return what time it is for the database."""
    [(now,)] = stage.database.rows("select clock_timestamp()")
    return now


async def _lags(stage: Stage, **wanted: Any) -> dict[str, tuple[Any, Any]]:
    """Return the lags of events by their id, as ``orgscope inbox list`` has them."""
    found = find_events(stage.own, InboxFilter(**wanted))
    return {one.id: (one.feed_lag, one.webhook_lag) async for one in found}


async def test_case_45__hold_back__a_webhook_never_moves_the_cursor(
    database: Database, no_waiting: list[float]
) -> None:
    """The feed shows the first event only after the webhook of the second was applied."""
    clock = ManualClock(int(datetime.now(UTC).timestamp() * 1000))
    local = world(clock=clock)
    local.event_log.hold_back_ms = 3000
    async with staged(database, local) as stage:
        seen = local.create_user("seen@example.com")
        clock.advance(4)
        await stage.feed.read()
        cursor = stage.feeds("cursor_id")
        first, second = (local.create_user(f"{name}@example.com") for name in "ab")
        stage.database.receive_body(local.event_log.all[-1].body.decode())
        assert stage.feeds("cursor_id") == cursor
        read = await stage.feed.read()
        assert (read.events, read.at_head) == (0, True)
        assert stage.feeds("cursor_id") == cursor
        clock.advance(4)
        assert (await stage.feed.read()).outcomes == {"applied": 1, "duplicate": 1}
        assert stage.feeds("cursor_id") == (local.event_log.all[-1].id,)
        assert {one["id"] for one in local.users} == {seen["id"], first["id"], second["id"]}
        check_converged(database, local)


def answered(pages: dict[str | None, tuple[list[dict[str, Any]], str | None]]) -> Any:
    """Return what answers the Events API by cursor; another cursor is refused."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        after = request.url.params.get("after")
        if after not in pages:
            return httpx2.Response(400, json={"code": "invalid_request_parameters"})
        data, following = pages[after]
        body = {"object": "list", "data": data, "list_metadata": {"after": following}}
        return httpx2.Response(200, json=body)

    return answer


def told(number: int) -> dict[str, Any]:
    """Return the event that a user was created just now."""
    now = datetime.now(UTC).isoformat()
    return event("user.created", user(f"user_{number}"), id=f"event_{number}", created_at=now)


async def test_case_47__empty_page_and_more_follows__the_feed_goes_on_behind_it(
    stage: Stage,
) -> None:
    stage.answer = answered(
        {
            None: ([], "event_0"),
            "event_0": ([told(1)], "event_1"),
            "event_1": ([], "event_5"),
            "event_5": ([], "event_6"),
            "event_6": ([told(7)], None),
        }
    )
    read = await stage.feed.read(most_pages=20)
    assert (read.at_head, read.pages, read.outcomes) == (True, 5, {"applied": 2})
    assert stage.feeds("cursor_id") == ("event_7",)


async def test_case_47__empty_page_that_leads_nowhere__named_and_not_asked_for_ever(
    stage: Stage,
) -> None:
    stage.answer = answered({None: ([told(1)], "event_1"), "event_1": ([], "event_1")})
    with pytest.raises(ProviderUnavailable) as raised:
        await stage.feed.read()
    assert raised.value.reason == "unexpected"
    assert len(stage.asked) < 10
    assert "update orgscope" in stage.problems()["feed"]
    assert stage.feeds("cursor_id") == ("event_1",)


async def test_case_47__partial_pages__every_event_is_read(stage: Stage) -> None:
    for number in range(40):
        stage.world.create_user(f"{number}@example.com")
    stage.world.faults.change(partial_pages=0.7)
    while not (await stage.feed.read()).at_head:
        pass
    check_converged(stage.database, stage.world)


@pytest.mark.parametrize("status", [400, 404])
async def test_case_47__cursor_is_lost__read_again_by_time_with_an_overlap(
    stage: Stage, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    stage.world.create_user("ada@example.com")
    await stage.feed.read()
    stage.world.create_user("grace@example.com")
    stage.database.admin.execute("update sync.feeds set cursor_id = 'event_forgotten'")

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.params.get("after") == "event_forgotten":
            return httpx2.Response(status, json={"code": "entity_not_found"})
        return None

    stage.answer = answer
    read = await stage.feed.read()
    assert read.outcomes == {"applied": 1, "duplicate": 1}
    assert "feed.cursor_lost" in {getattr(record, "event", None) for record in caplog.records}
    [(overlap,)] = stage.database.rows("select head_at - range_start from sync.feeds")
    assert timedelta(minutes=9) < overlap < timedelta(minutes=11)
    assert stage.feeds("resync_since, problem") == (None, None)
    check_converged(stage.database, stage.world)


@pytest.mark.parametrize("how", ["nobody read it", "its cursor is too old"])
async def test_case_48__stopped_longer_than_the_retention__a_repair_is_due_until_it_is_done(
    stage: Stage, how: str
) -> None:
    gone = stage.world.create_user("gone@example.com")
    stays = stage.world.create_user("stays@example.com")
    await stage.feed.read()
    assert await stage.run.run("backfill") is not None
    stage.world.delete_user(gone["id"])
    stage.world.update_user(stays["id"], first_name="Grace")
    stage.world.create_user("new@example.com")
    # For WorkOS all of this was long ago: no event tells of it any more.
    await _forget_all(stage)
    long_ago = "now() - interval '31 days'"
    stage.database.admin.execute(
        f"update sync.feeds set head_at = {long_ago}, cursor_at = {long_ago}, read_at = {long_ago},"
        f" range_start = {long_ago}, opened_at = {long_ago};"
        "update workos.users set synced_at = now() - interval '31 days'"
    )
    if how == "nobody read it":  # WorkOS may take the old cursor, and show nothing behind it.
        page = {"data": [], "list_metadata": {"after": None}}
        stage.answer = lambda one: (
            httpx2.Response(200, json=page) if one.url.path == "/events" else None
        )
    else:  # Here it was read until lately, and the cursor is of an event that is too old.
        stage.database.admin.execute(
            "update sync.feeds set head_at = null, opened_at = now(),"
            " cursor_at = now() - interval '29 days 23 hours 55 minutes'"
        )
    assert (await stage.feed.read()).events == 0
    assert stage.feeds("resync_since is not null") == (True,)
    assert "events missing" in stage.problems()
    [due] = await fetch(stage.own, "select * from sync.due_run(%s)", EVERY)
    assert tuple(due) == ("reconcile", True)
    # A run that changes nothing, and one of a part, do not fill the hole.
    await stage.run.run("reconcile")
    assert "events missing" in stage.problems()
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert report.drift == 0
    assert stage.problems() == {}
    assert stage.feeds("resync_since") == (None,)
    [due] = await fetch(stage.own, "select * from sync.due_run(%s)", EVERY)
    assert due.kind is None
    check_converged(stage.database, stage.world)


async def _forget_all(stage: Stage) -> None:
    """Let WorkOS forget all events; their ids are no cursors any more."""
    stage.world.faults.change(forget_before_ms=stage.world.event_log.all[-1].created_ms + 1)


async def test_case_48__quiet_for_longer_than_the_retention__not_taken_for_a_cliff(
    stage: Stage,
) -> None:
    """Nothing happened for 40 days, and the feed was read all the time: nothing is missing."""
    await stage.feed.read()
    stage.database.admin.execute(
        "update sync.feeds set range_start = now() - interval '40 days',"
        " opened_at = now() - interval '40 days'"
    )
    asked: list[datetime] = []

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        start = datetime.fromisoformat(request.url.params["range_start"])
        asked.append(start)
        if datetime.now(UTC) - start > timedelta(days=30):
            return httpx2.Response(400, json={"code": "invalid_date_range"})
        return None

    stage.answer = answer
    stage.world.create_user("ada@example.com")
    assert (await stage.feed.read()).events == 1
    assert stage.feeds("resync_since, problem") == (None, None)
    check_converged(stage.database, stage.world)
