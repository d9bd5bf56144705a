"""Cases 20, 51 and 52: a run reads all that WorkOS has, and deletes only what is gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from orgscope.errors import ProviderError, ProviderRefused, RunStopped
from orgscope.sync import listing
from orgscope.sync.query import fetch
from orgscope.sync.run import LONGEST_PAUSE_S, Run
from orgscope.sync.suspects import Suspects
from tests.correctness.convergence import check_converged
from tests.correctness.people import USERS, age, dead, mirror_only, started
from tests.correctness.stage import Stage

MEMBERSHIPS = "/user_management/organization_memberships"


async def test_case_20__orphan__confirmed_by_a_question_before_it_is_deleted(stage: Stage) -> None:
    await started(stage)
    [gone] = mirror_only(stage)
    stage.asked.clear()
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert f"{USERS}/{gone}" in stage.asked
    assert [(one.object_id, one.kind, one.state) for one in report.differences] == [
        (gone, "orphan", "mended")
    ]
    assert dead(stage) == {gone}
    # The mirror is equal now, but for the tombstone.
    again = await stage.run.run("reconcile")
    assert again is not None
    assert again.differences == []


async def test_case_20__orphan_that_is_there_after_all__kept(stage: Stage) -> None:
    """A list is late: it leaves out a person whom WorkOS shows by id."""
    await started(stage)
    person = stage.world.create_user("late@example.com")
    stage.send()
    age(stage)
    stage.answer = without_users(stage, {person["id"]})
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert [(one.object_id, one.state) for one in report.differences] == [(person["id"], "refuted")]
    assert dead(stage) == set()
    check_converged(stage.database, stage.world, whole=True)


def without_users(stage: Stage, hidden: set[str]) -> Any:
    """Return what answers the list of users without some of them."""

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path != USERS:
            return None
        shown = [one for one in stage.world.users if one["id"] not in hidden]
        return httpx2.Response(200, json={"data": shown, "list_metadata": {"after": None}})

    return answer


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503, 0], ids=str)
async def test_case_20__question_fails__nothing_is_deleted(stage: Stage, status: int) -> None:
    """404 here is a page of a proxy, and 0 a connection that breaks off."""
    await started(stage)
    [gone] = mirror_only(stage)

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path != f"{USERS}/{gone}":
            return None
        if status == 0:
            raise httpx2.ReadTimeout("slow")
        return httpx2.Response(status, text="<html>" if status == 404 else "{}")

    stage.answer = answer
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert (len(report.failures), report.drift, dead(stage)) == (1, 1, set())
    assert stage.database.rows("select state from sync.runs order by run_id") == [
        ("done",),
        ("running",),
    ]
    # It goes on there, once WorkOS answers.
    stage.answer = lambda _: None
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert (report.failures, dead(stage)) == ([], {gone})


async def test_case_51__list_changes_during_the_walk__no_false_orphan_and_no_missed_row(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two pages somebody goes who was listed, and somebody comes."""
    monkeypatch.setattr(listing, "LIMIT", "3")
    await started(stage)
    people = [stage.world.create_user(f"{number}@example.com") for number in range(30)]
    stage.send()
    age(stage)
    steps = iter(range(8))

    def change(_family: str, _listed: int) -> None:
        step = next(steps, None)
        if step is not None:
            stage.world.delete_user(people[step]["id"])
            stage.world.create_user(f"new{step}@example.com")

    run = Run(stage.own, stage.workos, stage.settings, progress=change, hold_back_s=0)
    report = await run.run("reconcile", repair=True)
    assert report is not None
    assert [one.state for one in report.differences if one.kind == "orphan"].count("mended") == 0
    assert next(steps, None) is None
    assert dead(stage) == {people[step]["id"] for step in range(8)}
    await stage.feed.read()
    check_converged(stage.database, stage.world)


async def test_case_52__one_list_fails__nothing_of_it_is_deleted_and_the_others_go_on(
    stage: Stage,
) -> None:
    orgs = [stage.world.create_organization(name) for name in ("Acme", "Bell")]
    person = stage.world.create_user("ada@example.com")
    made = [stage.world.create_membership(person["id"], org["id"]) for org in orgs]
    await stage.run.run("backfill")
    for one in made:
        stage.world.delete_membership(one["id"])
    await _forget_all(stage)
    stage.database.admin.execute(
        "update workos.organization_memberships set synced_at = synced_at - interval '1 hour'"
    )
    refused = orgs[0]["id"]

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        fails = request.url.path == MEMBERSHIPS and request.url.params["organization_id"] == refused
        return httpx2.Response(503, json={}) if fails else None

    stage.answer = answer
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert len(report.failures) == 1
    dead_ones = "select id from workos.organization_memberships where deleted_at is not null"
    assert stage.database.rows(dead_ones) == [(made[1]["id"],)]
    stage.answer = lambda _: None
    assert (await stage.run.run("reconcile", repair=True)) is not None
    assert len(stage.database.rows(dead_ones)) == 2


async def _forget_all(stage: Stage) -> None:
    stage.world.faults.change(forget_before_ms=stage.world.event_log.all[-1].created_ms + 1)


async def test_case_52__more_than_the_cap_would_go__stops_and_asks(stage: Stage) -> None:
    await started(stage)
    gone = mirror_only(stage, 11)
    with pytest.raises(RunStopped, match="--allow-deletes"):
        await stage.run.run("reconcile", repair=True)
    assert dead(stage) == set()
    assert "--allow-deletes" in stage.problems()["run stopped"]
    [due] = await fetch(stage.own, "select * from sync.due_run(%s)", timedelta(days=1))
    assert due.kind is None, "it waits for a person"
    report = await stage.run.run("reconcile", repair=True, allow_deletes=True)
    assert report is not None
    assert dead(stage) == set(gone)
    assert "run stopped" not in stage.problems()


async def test_case_52__killed_after_the_count__the_cap_holds_for_who_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await started(stage)
    mirror_only(stage, 11)
    find = Suspects.find

    async def find_and_die(self: Suspects, run_id: int, *, may_delete: bool | None) -> None:
        try:
            await find(self, run_id, may_delete=may_delete)
        except RunStopped:
            raise Killed from None

    monkeypatch.setattr(Suspects, "find", find_and_die)
    with pytest.raises(Killed):
        await stage.run.run("reconcile", repair=True)
    monkeypatch.undo()
    with pytest.raises(RunStopped):
        await stage.run.run("reconcile", repair=True)
    assert dead(stage) == set()


class Killed(Exception):
    """The process is gone."""


async def test_case_52__many_lists_below_the_cap__their_sum_counts(stage: Stage) -> None:
    """No list loses more than ten, and the family would lose all of them."""
    for number in range(3):
        org = stage.world.create_organization(f"Practice {number}")
        for name in range(5):
            person = stage.world.create_user(f"{name}@{number}.example")
            stage.world.create_membership(person["id"], org["id"])
    await stage.run.run("backfill")
    for one in stage.world.memberships:
        stage.world.delete_membership(one["id"])
    await _forget_all(stage)
    stage.database.admin.execute(
        "update workos.organization_memberships set synced_at = synced_at - interval '1 hour'"
    )
    with pytest.raises(RunStopped):
        await stage.run.run("reconcile", repair=True)
    live = "select count(*) from workos.organization_memberships where deleted_at is null"
    assert stage.database.rows(live) == [(15,)]


async def test_case_52__key_is_refused__the_run_stops_and_goes_on_later(stage: Stage) -> None:
    await started(stage)
    mirror_only(stage)
    stage.answer = lambda _: httpx2.Response(401, json={})
    with pytest.raises(ProviderRefused):
        await stage.run.run("backfill")
    with pytest.raises(ProviderError):
        await stage.run.run("reconcile", repair=True)
    assert dead(stage) == set()
    stage.answer = lambda _: None
    assert await stage.run.run("backfill") is not None


async def test_backfill__more_people_than_a_page__no_question_about_one_of_them(
    stage: Stage,
) -> None:
    """The list of an organization's members waits for the list of people."""
    orgs = [stage.world.create_organization(name) for name in ("Acme", "Bell")]
    for number in range(250):
        person = stage.world.create_user(f"{number}@example.com")
        stage.world.create_membership(person["id"], orgs[number % 2]["id"])
    assert await stage.run.run("backfill") is not None
    assert stage.database.rows("select kind, key from sync.tasks") == []
    check_converged(stage.database, stage.world, whole=True)


async def test_reconcile__only_to_count__as_many_as_the_report_names(stage: Stage) -> None:
    await started(stage)
    mirror_only(stage, 2)
    counted = await stage.run.run("reconcile", only_count=True)
    named = await stage.run.run("reconcile")
    assert counted is not None
    assert named is not None
    assert counted.differences == []
    assert counted.states == named.states == {"found": 2}
    assert [one.state for one in named.differences] == ["found"] * counted.drift


async def test_backfill__page_that_takes_the_database_long__the_list_waits_as_long(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.database.admin.execute(
        """
        create function public.dawdle() returns trigger language plpgsql as $$
        begin perform pg_sleep(0.2); return null; end $$;
        create trigger dawdle after insert on workos.users
        for each statement execute function public.dawdle();
        """
    )
    waited: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    await started(stage)
    assert max(waited) >= 0.2
    assert max(waited) <= LONGEST_PAUSE_S
