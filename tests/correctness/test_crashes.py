"""Cases 25 to 31: crashes, transactions, and two that do the same."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress

import psycopg
import pytest

from orgscope.devworkos import DevWorkOS
from orgscope.sync import listing
from orgscope.sync.run import Run
from tests.correctness.at_once import at_once
from tests.correctness.channels import Channel
from tests.correctness.convergence import check_converged
from tests.correctness.stage import Stage
from tests.database import Database, event, member, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.mirror import at
from tests.web import Web

KILL = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename ~ '_sync$'"


def told(channel: Channel, one: dict[str, object], connection: psycopg.Connection[object]) -> None:
    """Call the function of the channel on a connection that is in a transaction."""
    body = json.dumps(one)
    if channel.name != "feed":
        connection.execute("select sync.receive_event(%s)", (body,))
    if channel.name != "webhook":
        query = "select sync.receive_page(%s, %s, true)"
        connection.execute(query, (f"[{body}]", channel.cursor()))


def test_case_25__killed_before_the_commit__nothing_is_half_applied(channel: Channel) -> None:
    data = member(unique("user"), unique("org"))
    one = event("organization_membership.created", data, id="event_1")
    cursor = channel.cursor()
    with pytest.raises(psycopg.OperationalError):
        with channel.database.connect("sync", autocommit=False) as dying:
            told(channel, one, dying)
            pid = dying.info.backend_pid
            channel.database.admin.execute("select pg_terminate_backend(%s)", (pid,))
            dying.execute("select")
    for table in ("sync.inbox", "sync.changes", "sync.tasks", "workos.organization_memberships"):
        assert channel.database.rows(f"select from {table}") == [], table
    assert channel.cursor() == cursor
    assert channel.deliver([one])["applied"] == 1
    assert not channel.is_dead("workos.organization_memberships", data["id"])


def test_case_26__killed_after_the_commit__the_retry_is_a_duplicate(channel: Channel) -> None:
    data = user(unique("user"))
    one = event("user.created", data)
    channel.deliver([one])
    before = channel.database.rows("select * from workos.users")
    assert channel.deliver([one]).keys() == {"duplicate"}
    assert channel.database.rows("select * from workos.users") == before
    check_converged(channel.database, {("user", data["id"]): data})


async def test_case_26__answer_was_lost__200_for_the_duplicate(web: Web) -> None:
    one = event("user.created", user(unique("user")))
    assert (await web.deliver(one)).json() == {"outcome": "applied"}
    again = await web.deliver(one)
    assert (again.status_code, again.json()) == (200, {"outcome": "duplicate"})


@pytest.mark.parametrize("channel", ["feed"], indirect=True)
def test_case_27__page_and_cursor__one_commit_and_a_replay_does_nothing(channel: Channel) -> None:
    """An error of the database at the last event of a page takes the whole page back."""
    made_up_family.install(channel.database)
    cursor = channel.cursor()
    first = event("user.created", user("user_1"), id="event_1")
    badge = {"id": "badge_1", "updated_at": at()}
    last = event("shop.badge.created", {**badge, "sqlstate": "40001"}, id="event_2")
    with pytest.raises(psycopg.errors.SerializationFailure):
        channel.read_page(json.dumps([first, last]), cursor)
    assert channel.cursor() == cursor
    assert channel.database.rows("select from sync.inbox") == []
    last["data"] = badge
    page = json.dumps([first, last])
    assert channel.read_page(page, cursor) == {"applied": 2}
    assert channel.cursor() == "event_2"
    assert channel.read_page(page, cursor) == {}
    assert channel.read_page(page, "event_2") == {"duplicate": 2}
    assert channel.database.rows("select count(*) from sync.changes") == [(1,)]


def peopled(local: DevWorkOS) -> DevWorkOS:
    """Fill a world with what takes several pages in several families."""
    for number in range(4):
        org = local.create_organization(
            f"Practice {number}", domain_data=[{"domain": f"{number}.example", "state": "verified"}]
        )
        people = [local.create_user(f"{name}@{number}.example") for name in "abc"]
        members = [local.create_membership(one["id"], org["id"]) for one in people]
        group = local.create_group(org["id"], "Night shift")
        local.add_group_member(org["id"], group["id"], members[0]["id"])
    return local


MOST_DEATHS = 200


class Killed(Exception):
    """The process is gone."""


async def test_case_28__backfill_killed_at_every_page__resumed_and_equal(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process is gone after one page; its lease lasts, as after SIGKILL."""
    monkeypatch.setattr(listing, "LIMIT", "2")
    peopled(stage.world)
    admin = stage.database.admin

    def die(_family: str, _listed: int) -> None:
        raise Killed

    deaths = 0
    while deaths < MOST_DEATHS:
        dying = Run(stage.own, stage.workos, stage.settings, progress=die)
        try:
            assert await dying.run("backfill") is not None
            break
        except Killed:
            deaths += 1
        admin.execute("update sync.runs set lease_until = now() + interval '1 minute'")
        assert await stage.run.run("backfill") is None, "its lease lasts"
        admin.execute("update sync.runs set lease_until = now()")
    assert deaths > 10
    assert stage.database.rows("select kind, state from sync.runs") == [("backfill", "done")]
    check_converged(stage.database, stage.world, whole=True)
    _check_told_once(stage)


async def test_case_28__connection_lost_in_every_other_page__resumed_and_equal(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backend dies within the page: at the end of it, when all is applied and not committed."""
    monkeypatch.setattr(listing, "LIMIT", "2")
    peopled(stage.world)
    stage.database.admin.execute(
        """
        create sequence public.pages;
        grant usage on sequence public.pages to public;
        create function public.die() returns trigger language plpgsql security definer as $$
        begin
          if nextval('public.pages') % 2 = 0 then
            perform pg_terminate_backend(pg_backend_pid());
          end if;
          return new;
        end $$;
        create trigger die after update of cursor_id on sync.run_lists
        for each row execute function public.die();
        """
    )
    deaths = 0
    while deaths < MOST_DEATHS:
        try:
            assert await stage.run.run("backfill") is not None
            break
        except psycopg.OperationalError:
            deaths += 1
    assert deaths > 5
    check_converged(stage.database, stage.world, whole=True)
    _check_told_once(stage)


def _check_told_once(stage: Stage) -> None:
    """Assert that the change feed says of every object once that it is there, and nothing else."""
    said = (
        "select kind, count(*) = count(distinct (family, object_id)) from sync.changes group by 1"
    )
    assert stage.database.rows(said) == [("created", True)]


async def test_case_29__worker_dies_with_a_claim__taken_over_after_the_lease_and_done_once(
    stage: Stage,
) -> None:
    person = stage.world.create_user("ada@example.com")
    key = f"user:{person['id']}"
    claim = "select kind, key, attempts, generation from sync.claim_tasks('{refetch}', 10, %s)"
    with stage.database.connect("sync") as dying, stage.database.connect("sync") as other:
        dying.execute("select sync.queue_task('refetch', %s)", (key,))
        minute = "1 minute"
        assert dying.execute(claim, (minute,)).fetchall() == [("refetch", key, 1, 1)]
        assert other.execute(claim, (minute,)).fetchall() == []
        assert await stage.tasks.work() == 0
        # The lease is of the database's clock; who died does not say so.
        stage.database.admin.execute("update sync.tasks set lease_until = now(), due_at = now()")
        assert other.execute(claim, (minute,)).fetchall() == [("refetch", key, 2, 1)]
        # The first one was only slow: what it says of a claim that is no longer its own is nothing.
        dying.execute("select sync.fail_task('refetch', %s, 1, 'late')", (key,))
        dying.execute("select sync.release_task('refetch', %s, 1)", (key,))
        assert stage.database.rows(
            "select attempts, error, lease_until > clock_timestamp() from sync.tasks"
        ) == [(2, None, True)]
        # Asked again meanwhile: the work that is under way does not count for that.
        dying.execute("select sync.queue_task('refetch', %s)", (key,))
        other.execute("select sync.finish_task('refetch', %s, 1)", (key,))
        assert stage.database.rows("select generation, attempts, lease_until from sync.tasks") == [
            (2, 0, None)
        ]
    assert await stage.tasks.work() == 1
    assert await stage.tasks.work() == 0
    check_converged(stage.database, stage.world)
    assert stage.database.rows("select count(*) from sync.changes") == [(1,)]


async def test_case_29__many_workers__each_task_is_one_of_them(stage: Stage) -> None:
    stage.database.admin.execute(
        "insert into sync.tasks (kind, key) select 'refetch', 'user:' || n from generate_series(1, 200) as n"
    )

    def claim(one: Channel) -> list[str]:
        query = "select key from sync.claim_tasks('{refetch}', 7)"
        return [key for _ in range(60) for (key,) in one.connection.execute(query)]

    claimed = Counter(key for mine in at_once(stage.database, [claim] * 8) for key in mine)
    assert (len(claimed), set(claimed.values())) == (200, {1})


async def test_case_30__two_schedulers__one_runs_and_the_other_has_nothing_to_do(
    stage: Stage,
) -> None:
    peopled(stage.world)
    reports = await asyncio.gather(*(stage.run.run("backfill") for _ in range(3)))
    assert sum(report is not None for report in reports) == 1
    assert stage.database.rows("select kind, state from sync.runs") == [("backfill", "done")]
    reads = await asyncio.gather(*(stage.feed.read() for _ in range(3)))
    assert sum(read.events for read in reads) == len(stage.world.events)
    assert stage.feeds("events") == (len(stage.world.events),)
    check_converged(stage.database, stage.world, whole=True)


async def test_case_31__connection_killed_within_the_commit__503_and_applied_when_it_returns(
    web: Web, database: Database
) -> None:
    database.admin.execute(
        """
        create function public.die() returns trigger language plpgsql security definer as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger die after insert on sync.inbox
        deferrable initially deferred for each row execute function public.die();
        """
    )
    body = event("user.created", user(unique("user")))
    response = await web.deliver(body)
    assert (response.status_code, "retry-after" in response.headers) == (503, True)
    assert database.rows("select from sync.inbox") == []
    database.admin.execute("drop trigger die on sync.inbox")
    assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_case_31__every_connection_is_killed__the_feed_catches_up(stage: Stage) -> None:
    stage.world.create_user("ada@example.com")
    await stage.feed.read()
    stage.world.create_user("grace@example.com")
    assert stage.database.admin.execute(KILL).rowcount >= 1
    for _ in range(stage.settings.pool_size):  # Each that is dead is found out when it is used.
        with suppress(psycopg.OperationalError):
            await stage.feed.read()
    await stage.feed.read()
    check_converged(stage.database, stage.world)
