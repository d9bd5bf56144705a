"""Cases 34 to 38: what cannot be applied keeps nothing else back, and is not lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from orgscope.sync.run import RunKind
from orgscope.web.webhooks import MAX_BODY
from tests.chaos.mirror_rows import read_mirror
from tests.correctness.channels import Channel
from tests.correctness.convergence import check_converged
from tests.correctness.people import USERS, started
from tests.correctness.stage import Stage
from tests.database import Database, event, unique, user
from tests.sql.sync.mirror import at
from tests.web import Web

POISON: dict[str, dict[str, Any]] = {
    "no data": {"data": None},
    "data is a list": {"data": []},
    "no id": {"data": {"updated_at": at()}},
    "id is a number": {"data": {"id": 5, "updated_at": at()}},
    "no version": {"data": {"id": "user_1"}},
    "version is no time": {"data": {"id": "user_1", "updated_at": "yesterday"}},
    "data is deep": {"data": json.loads('{"a":' * 400 + "1" + "}" * 400)},
}


def test_case_34__poison__kept_with_the_error_and_the_others_applied(channel: Channel) -> None:
    live = set()
    for number, poison in enumerate(POISON.values()):
        id_ = f"event_{number}"
        bad = {**event("user.created", user("user_1"), id=id_), **poison}
        before, after = (event("user.created", user(unique("user"))) for _ in range(2))
        outcomes = channel.deliver([before, bad, after])
        assert (outcomes["applied"], outcomes["failed"] > 0) == (2, True)
        [(error, body)] = channel.database.rows(
            "select error, body from sync.inbox where status = 'failed' and id = %s", (id_,)
        )
        assert error.startswith("WS201 ")
        assert json.loads(body) == bad
        live |= {one["data"]["id"] for one in (before, after)}
    assert channel.tasks() == {("event", f"event_{number}") for number in range(len(POISON))}
    assert ("failed events",) in channel.database.rows("select what from sync.problems")
    assert {id_ for (id_,) in channel.database.rows("select id from workos.users")} == live


@pytest.mark.parametrize(("depth", "outcome"), [(1500, "applied"), (100_000, "failed")])
async def test_case_34__nested_deeper_than_is_read__the_feed_goes_on_behind_it(
    stage: Stage, depth: int, outcome: str
) -> None:
    """Python reads less deep than PostgreSQL, and PostgreSQL less deep than anybody can write."""
    await stage.feed.read()
    people = [user(f"user_{number}") for number in range(3)]
    bodies = [json.dumps(event("user.created", one, id=f"event_{one['id']}")) for one in people]
    deep = '{"a":[' * (depth // 2) + '"]"' + "]}" * (depth // 2)
    bodies[1] = bodies[1].replace('"data": {', '"data": {"metadata": ' + deep + ", ")

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path != "/events":
            return None
        is_last = request.url.params.get("after") == "event_user_1"
        data = ", ".join(bodies[2:] if is_last else bodies[:2])
        after = "null" if is_last else '"event_user_1"'
        page = f'{{"data": [{data}], "list_metadata": {{"after": {after}}}}}'
        return httpx2.Response(200, text=page)

    stage.answer = answer
    await stage.feed.read()
    assert stage.feeds("cursor_id, problem") == ("event_user_2", None)
    assert stage.database.rows("select id, status, body from sync.inbox order by id") == [
        ("event_user_0", "applied", bodies[0]),
        ("event_user_1", outcome, bodies[1]),
        ("event_user_2", "applied", bodies[2]),
    ]
    again = "duplicate" if outcome == "applied" else "failed"
    assert stage.database.receive_body(bodies[1]) == again


async def test_case_34__poison__200_because_a_repetition_would_not_help(web: Web) -> None:
    response = await web.deliver(event("user.created", {"id": 7}))
    assert (response.status_code, response.json()) == (200, {"outcome": "failed"})


def test_case_35__unknown_event_and_unknown_field__kept(channel: Channel) -> None:
    odd = {**user(unique("user")), "aura": {"colour": ["green", 1e3]}}
    unknown = event("vault.data.created", {"id": "x"}, id="event_1")
    outcomes = channel.deliver([unknown, event("user.created", odd)])
    assert (outcomes["ignored"], outcomes["applied"]) == (1, 1)
    assert channel.database.rows(
        "select type, body::jsonb -> 'data' ->> 'id' from sync.inbox where status = 'ignored'"
    ) == [("vault.data.created", "x")]
    check_converged(channel.database, {("user", odd["id"]): odd})
    # A version that understands it applies it from the inbox.
    channel.database.admin.execute(
        "update sync.families set events = events || '{vault.data.created}' where name = 'user'"
    )
    assert channel.retry("event_1") == "failed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"id": "' + b"e" * 1_000_000 + b'"}', 413),
        (b'{"id": "event_1", "event": "x.y", "data": "' + b"x" * (MAX_BODY - 60) + b'"}', 200),
        (b'{"a":' * 50_000, 200),  # It may be an object all the same, and is kept as failed.
        (b"[" * 100_000, 400),
        (b'{"event": "\xff"}', 400),
        (b'{"event": "\xed\xa0\x80"}', 400),
        (b'{"event": "a\x00b"}', 400),
    ],
    ids=["1 MB", "as long as allowed", "deep object", "deep list", "0xff", "surrogate", "nul"],
)
async def test_case_37__hostile_body__bounded_and_a_clear_answer(
    web: Web, database: Database, body: bytes, status: int
) -> None:
    response = await web.deliver(body)
    assert response.status_code == status
    assert len(database.rows("select from sync.inbox")) == (status == 200)
    assert status == 200 or response.json()["code"] in {"content-too-large", "malformed-event"}
    assert (await web.deliver(event("user.created", user("user_1")))).json() == {
        "outcome": "applied"
    }


DEEP = '{"a":' * 400 + "1" + "}" * 400
UNREADABLE = {
    "nul": ('"A' + r"\u0000" + 'da"', "applied"),
    "half of a pair": ('"A' + r"\ud800" + 'da"', "applied"),
    "large number": ("1e400", "applied"),
    "number that jsonb cannot hold": ("1e400000", "failed"),
    "deep": (DEEP, "applied"),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_case_38__one_odd_event_in_the_feed__the_cursor_goes_on(
    stage: Stage, name: str
) -> None:
    """The page is what WorkOS would send: text, of which Python and PostgreSQL read what they can."""
    value, outcome = UNREADABLE[name]
    told = [
        event("user.created", user(f"user_{number}"), id=f"event_{number}") for number in range(3)
    ]
    told[1]["data"]["odd"] = "?"
    page = json.dumps({"data": told, "list_metadata": {"after": None}}).replace('"?"', value)
    pages = [page, '{"data": [], "list_metadata": {"after": null}}']
    stage.answer = lambda _: httpx2.Response(200, content=pages.pop(0).encode())
    read = await stage.feed.read()
    expected = {"applied": 3} if outcome == "applied" else {"applied": 2, "failed": 1}
    assert read.outcomes == expected
    assert stage.feeds("cursor_id, events, problem") == ("event_2", 3, None)
    live = {id_ for (id_,) in stage.database.rows("select id from workos.users")}
    assert live == {"user_0", "user_2"} | ({"user_1"} if outcome == "applied" else set())
    [body] = stage.database.rows("select body from sync.inbox where body like '%odd%'")
    assert f'"odd": {value}' in body[0], "the inbox has it as WorkOS sent it"
    assert ("failed events" in stage.problems()) == (outcome == "failed")
    stage.database.admin.execute("update sync.inbox set occurred_at = now() - interval '6 minutes'")
    assert stage.database.rows("select gaps from sync.status") == [(3,)]


@pytest.mark.parametrize("kind", ["backfill", "reconcile"])
@pytest.mark.parametrize("value", ["1e400000", "[" * 50_000 + "]" * 50_000], ids=["large", "deep"])
async def test_case_38__one_odd_object_in_a_list__the_others_are_applied(
    stage: Stage, kind: RunKind, value: str
) -> None:
    told = [{**user(f"user_{number}"), "odd": "?" if number == 1 else 0} for number in range(3)]
    page = json.dumps({"data": told, "list_metadata": {"after": None}}).replace('"?"', value)

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        return httpx2.Response(200, text=page) if request.url.path == USERS else None

    await started(stage)
    stage.answer = answer
    report = await stage.run.run(kind, repair=kind == "reconcile")
    assert report is not None
    live = stage.database.rows("select id from workos.users where id like 'user\\__' order by id")
    assert live == [("user_0",), ("user_2",)]
    assert stage.database.rows("select count(*) from workos.users where lossy") == [(0,)]
    assert "1 objects" in stage.problems()["unreadable objects"]


async def test_case_38__many_events_in_a_row_that_jsonb_cannot_hold__the_cursor_goes_on(
    stage: Stage,
) -> None:
    """A whole page of them, and more pages follow."""
    now = datetime.now(UTC).isoformat()
    told = [
        event("user.created", {**user(f"user_{n}"), "odd": "?"}, id=f"event_{n}", created_at=now)
        for n in (1, 2)
    ]
    good = event("user.created", user("user_3"), id="event_3")

    def answer(request: httpx2.Request) -> httpx2.Response:
        after = request.url.params.get("after")
        found = {None: (told, "event_2"), "event_2": ([good], None)}[after]
        text = json.dumps({"data": found[0], "list_metadata": {"after": found[1]}})
        return httpx2.Response(200, content=text.replace('"?"', "1e400000").encode())

    stage.answer = answer
    read = await stage.feed.read(most_pages=5)
    assert (read.at_head, read.outcomes) == (True, {"failed": 2, "applied": 1})
    assert stage.feeds("cursor_id") == ("event_3",)


async def test_case_38__poison_of_every_kind_in_the_feed__converged(stage: Stage) -> None:
    stage.world.faults.change(poison=0.3)
    org = stage.world.create_organization("Acme")
    for number in range(12):
        person = stage.world.create_user(f"{number}@example.com")
        stage.world.create_membership(person["id"], org["id"])
    assert len(stage.world.poisoned) > 3
    read = await stage.feed.read()
    failed = stage.database.rows("select id from sync.inbox where status = 'failed' order by id")
    assert len(failed) == read.outcomes["failed"] > 0
    assert {id_ for (id_,) in failed} <= set(stage.world.poisoned)
    assert stage.feeds("cursor_id") == (stage.world.event_log.all[-1].id,)
    live = {key for key, row in read_mirror(stage.database.admin).items() if row.raw is not None}
    wanted = {("organization", org["id"])}
    wanted |= {("user", one["id"]) for one in stage.world.users}
    wanted |= {("organization_membership", one["id"]) for one in stage.world.memberships}
    assert wanted <= live
