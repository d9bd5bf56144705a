"""Pages of the feed: asked for ahead of time, and with more time than a request has."""

from __future__ import annotations

import httpx2
import psycopg
import pytest
from psycopg import sql

from orgscope.errors import ProviderRefused, ProviderUnavailable
from tests.correctness.convergence import check_converged
from tests.correctness.stage import Stage
from tests.database import user

PAGE = 100
SLOW = """
create function public.wait_a_little() returns trigger language plpgsql
as $$ begin perform pg_catalog.pg_sleep({seconds}); return null; end $$;
grant execute on function public.wait_a_little() to public;
create trigger _900_wait after insert on workos.users for each row
execute function public.wait_a_little();
"""


def fill(stage: Stage, many: int) -> None:
    begin = len(stage.world.users)
    for number in range(begin, begin + many):
        stage.world.create_user(f"{number}@example.com")


async def test_feed__page_is_applied__the_next_one_is_asked_for_meanwhile(
    stage: Stage,
) -> None:
    """What applies the first page waits for a lock that the second question lets go."""
    fill(stage, PAGE + 1)
    holder = stage.database.admin
    holder.execute("begin")
    holder.execute("lock table sync.families in exclusive mode")

    def let_go(request: httpx2.Request) -> None:
        if "after" in request.url.params:
            holder.execute("rollback")

    stage.answer = let_go
    read = await stage.feed.read()
    assert (read.pages, read.outcomes) == (2, {"applied": PAGE + 1})


async def test_feed__page_after_this_one_cannot_be_read__this_one_counts(
    stage: Stage,
) -> None:
    fill(stage, PAGE + 1)
    stage.answer = lambda request: httpx2.Response(503) if "after" in request.url.params else None
    with pytest.raises(ProviderUnavailable):
        await stage.feed.read()
    assert stage.database.rows("select count(*) from sync.inbox") == [(PAGE,)]
    stage.answer = lambda request: None
    assert (await stage.feed.read()).outcomes == {"applied": 1}


async def test_feed__most_pages__asks_for_no_more(stage: Stage) -> None:
    fill(stage, 3 * PAGE)
    read = await stage.feed.read(most_pages=2)
    assert (read.pages, read.outcomes) == (2, {"applied": 2 * PAGE})
    assert stage.asked.count("/events") == 2


async def test_feed__event_takes_longer_than_a_request_may__applied(stage: Stage) -> None:
    database = stage.database
    database.admin.execute(SLOW.format(seconds=0.5).encode())
    database.admin.execute(
        sql.SQL("alter role orgscope_sync in database {} set statement_timeout = '200ms'").format(
            sql.Identifier(database.admin.info.dbname)
        )
    )
    with pytest.raises(psycopg.errors.QueryCanceled):
        database.receive("user.created", user("user_01LATE"))
    fill(stage, 1)
    assert (await stage.feed.read()).outcomes == {"applied": 1}


async def test_feed__head_was_asked_for_long_ago__proven_up_to_then_only(stage: Stage) -> None:
    """What happens while the page before the head is applied is not in the head."""
    stage.database.admin.execute(SLOW.format(seconds=0.01).encode())
    fill(stage, PAGE + 1)
    await stage.feed.read()
    [(since,)] = stage.database.rows(
        "select f.head_at - (select min(i.received_at) from sync.inbox as i) from sync.feeds as f"
    )
    [(between,)] = stage.database.rows("select max(received_at) - min(received_at) from sync.inbox")
    assert between.total_seconds() >= 1
    assert since.total_seconds() < 0.5


async def test_feed__key_refused_before_the_first_page__named(stage: Stage) -> None:
    stage.database.receive("user.created", user("user_01KNOWN"))
    stage.answer = lambda request: httpx2.Response(401, json={})
    with pytest.raises(ProviderRefused):
        await stage.feed.read()
    assert "WORKOS_API_KEY" in stage.problems()["feed"]


@pytest.mark.parametrize("has_cursor", [False, True])
async def test_case_47__question_is_refused_and_not_the_cursor__named_as_what_it_is(
    stage: Stage, has_cursor: bool
) -> None:
    """WorkOS may know fewer names than the families do: ``dsync.deactivated`` has left its SDK."""
    fill(stage, 1)
    if has_cursor:
        await stage.feed.read()
        fill(stage, 2)
    stage.world.faults.change(refuse_unknown_events=True)
    for _ in range(2):
        with pytest.raises(ProviderRefused) as raised:
            await stage.feed.read()
        assert (raised.value.reason, raised.value.code) == (
            "bad_request",
            "invalid_request_parameters",
        )
    assert "the name of an event" in stage.problems()["feed"]
    assert "cursor may be too old" not in stage.problems()["feed"]
    assert stage.send()[-1] == "applied"
    stage.world.faults.change(refuse_unknown_events=False)
    await stage.feed.read()
    assert stage.problems() == {}
    check_converged(stage.database, stage.world)
