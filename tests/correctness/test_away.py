"""Case 49: WorkOS is away, or says what is no answer; and cases 56 and 57, who is silent or wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import httpx2
import pytest

from orgscope import sync
from orgscope.authz import Verifier
from orgscope.errors import ProviderError, WrongEnvironment
from orgscope.sync.query import fetch
from tests.correctness.convergence import check_converged
from tests.correctness.stage import Stage
from tests.database import Database, event, unique, user
from tests.tokens import StaticKeys, rsa_key
from tests.web import Web

MIRRORED: Final = "user_01MIRRORED"
WRITES: Final = ("sync_", "full_", "ensure_", "get_or_", "update_", "delete_")
RAISES_WHEN_AWAY: Final = {"update_membership_role", "Service.fetch_unknown"}
"""Who has nothing to fall back on: a role is WorkOS's to give, and a person is nobody's here."""

FAULTS: dict[str, tuple[Any, str, str]] = {
    "401": (httpx2.Response(401, json={"error": "unauthorized"}), "unauthorized", "WORKOS_API_KEY"),
    "403": (httpx2.Response(403, json={"error": "forbidden"}), "forbidden", "permission"),
    "404": (httpx2.Response(404, json={"message": "Not Found"}), "not_found", "WORKOS_BASE_URL"),
    "404 of a proxy": (httpx2.Response(404, text="<html>no route</html>"), "not_json", "proxy"),
    "429": (httpx2.Response(429, json={}, headers={"Retry-After": "7"}), "rate_limited", "fewer"),
    "500": (httpx2.Response(500, json={}), "server_error", "status page"),
    "HTML": (httpx2.Response(200, text="<html>Sign in</html>"), "not_json", "proxy"),
    "half a page": (httpx2.Response(200, text='{"data": [{"id": "ev'), "truncated", "proxy"),
    "other form": (httpx2.Response(200, json={"items": []}), "unexpected", "update orgscope"),
    "redirect": (httpx2.Response(302, headers={"Location": "/"}), "redirected", "WORKOS_BASE_URL"),
    "no connection": (httpx2.ConnectError("refused"), "unreachable", "network"),
    "slow": (httpx2.ReadTimeout("slow"), "timeout", "network"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_case_49__api_fails__named_with_what_to_do_and_everything_else_goes_on(
    stage: Stage, no_waiting: list[float], name: str
) -> None:
    said, reason, hint = FAULTS[name]
    stage.world.create_user("ada@example.com")
    await stage.feed.read()
    cursor = stage.feeds("cursor_id, resync_since")
    person = stage.world.create_user("grace@example.com")

    def answer(_: httpx2.Request) -> httpx2.Response:
        if isinstance(said, Exception):
            raise said
        return httpx2.Response(said.status_code, content=said.content, headers=said.headers)

    stage.answer = answer
    # The first 404 of a cursor may mean the cursor: then it is read by time, which fails as well.
    with pytest.raises(ProviderError) as raised:
        await stage.feed.read()
    assert raised.value.reason == reason
    assert stage.problems().keys() == {"feed"}
    assert hint in stage.problems()["feed"]
    assert name == "404" or stage.feeds("cursor_id, resync_since") == cursor
    is_repeated = reason in {"rate_limited", "server_error", "unreachable", "timeout"}
    assert len(no_waiting) == (3 if is_repeated else 0)
    # Webhooks do not need the API, nor do deletes wait for it.
    assert stage.send()[-1] == "applied"
    stage.answer = lambda _: None
    await stage.feed.read()
    assert stage.problems() == {}
    assert person["id"] in {one["id"] for one in stage.world.users}
    check_converged(stage.database, stage.world)


async def test_case_49__retry_after__honoured_by_the_call_and_by_the_task(
    stage: Stage, no_waiting: list[float]
) -> None:
    stage.answer = lambda _: httpx2.Response(429, json={}, headers={"Retry-After": "41"})
    person = stage.world.create_user("ada@example.com")
    await fetch(stage.own, "select sync.queue_task('refetch', %s)", f"user:{person['id']}")
    assert await stage.tasks.work() == 1
    assert no_waiting == [41, 41, 41]
    [(waits, error)] = stage.database.rows("select due_at - now(), error from sync.tasks")
    assert timedelta(seconds=38) < waits <= timedelta(seconds=41 * 1.25)
    assert "429" in error


async def test_case_49__tasks_that_fail_together__do_not_return_together(stage: Stage) -> None:
    stage.answer = lambda _: httpx2.Response(500, json={})
    for number in range(12):
        await fetch(stage.own, "select sync.queue_task('refetch', %s)", f"user:user_{number}")
    assert sum([await stage.tasks.work() for _ in range(7)]) == 12
    waits = [wait for (wait,) in stage.database.rows("select due_at - now() from sync.tasks")]
    assert max(waits) - min(waits) > timedelta(seconds=0.4)


async def test_case_49__feed_is_behind__its_age_is_in_the_status(stage: Stage) -> None:
    stage.world.create_user("ada@example.com")
    await stage.feed.read()
    stage.database.admin.execute(
        "update sync.feeds set read_at = now() - interval '16 minutes', "
        "head_at = now() - interval '16 minutes', cursor_at = now() - interval '16 minutes'"
    )
    assert "orgscope worker" in stage.problems()["feed stopped"]
    [(age,)] = stage.database.rows("select now() - fed_up_to from sync.status")
    assert age >= timedelta(minutes=16)


async def test_case_56__no_webhooks_while_the_feed_moves__named_within_minutes(
    stage: Stage,
) -> None:
    stage.world.create_user("ada@example.com")
    stage.send()
    await stage.feed.read()
    assert stage.problems() == {}
    stage.world.create_user("grace@example.com")
    stage.send(lose=True)
    await stage.feed.read()
    assert stage.problems() == {}, "it may be on its way"
    _pass(stage, minutes=6)
    stage.world.create_user("mary@example.com")
    await stage.feed.read()
    assert stage.problems() == {}, "the webhook before it is only six minutes older"
    _pass(stage, minutes=6)
    assert "the route in the application" in stage.problems()["webhooks silent"]
    stage.world.create_user("joan@example.com")
    stage.send()
    assert stage.problems() == {}


def _pass(stage: Stage, *, minutes: int) -> None:
    """Let time pass: all that was received becomes older."""
    stage.database.admin.execute(
        "update sync.inbox set received_at = received_at - %s, occurred_at = occurred_at - %s",
        [timedelta(minutes=minutes)] * 2,
    )


async def test_case_57__key_of_another_environment__refused_before_the_first_write(
    stage: Stage,
) -> None:
    stage.database.receive("user.created", user(unique("user")))
    stage.world.create_user("other@example.com")
    before = stage.database.rows("select * from workos.users")
    for read in (
        stage.feed.read,
        lambda: stage.run.run("backfill"),
        lambda: stage.run.run("reconcile", repair=True),
    ):
        with pytest.raises(WrongEnvironment, match="another environment"):
            await read()
    assert stage.database.rows("select * from workos.users") == before
    for table in ("sync.runs", "sync.api_keys", "sync.changes where event_id = ''"):
        assert stage.database.rows(f"select from {table}") == [], table
    assert len(stage.database.rows("select from sync.inbox")) == 1


async def _principal(database: Database, user_id: str, org_id: str | None = None) -> Any:
    """Return who a good token names; its issuer is not asked about the API key."""
    role = {} if org_id else {"role": None}
    verifier = Verifier(database.settings, StaticKeys(rsa_key()))
    return await verifier.verify(database.token(sub=user_id, org_id=org_id, **role))


async def _calls(stage: Stage) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return every function for application code that writes what WorkOS answers."""
    other = stage.world.create_user("other@example.com")
    org = stage.world.create_organization("Other")
    member = stage.world.create_membership(other["id"], org["id"])
    own, workos = stage.own, stage.workos
    who = await _principal(stage.database, other["id"])
    within = await _principal(stage.database, other["id"], org["id"])
    [(now,)] = stage.database.rows("select now()")
    return {
        "sync_workos_user_to_database": lambda: sync.sync_workos_user_to_database(
            own, workos, other["id"]
        ),
        "sync_user_profile_data": lambda: sync.sync_user_profile_data(
            own, workos, other, read_at=now
        ),
        "full_user_sync": lambda: sync.full_user_sync(own, workos, other["id"]),
        "ensure_user_profile": lambda: sync.ensure_user_profile(own, workos, who),
        "get_or_create_user": lambda: sync.get_or_create_user(own, workos, who),
        "ensure_organization": lambda: sync.ensure_organization(own, workos, within),
        "sync_workos_organization_to_database": lambda: sync.sync_workos_organization_to_database(
            own, workos, org["id"]
        ),
        "sync_user_org_membership": lambda: sync.sync_user_org_membership(
            own, workos, other["id"], org["id"]
        ),
        "sync_user_organizations": lambda: sync.sync_user_organizations(own, workos, other["id"]),
        "sync_organization_memberships": lambda: sync.sync_organization_memberships(
            own, workos, org["id"]
        ),
        "update_membership_role": lambda: sync.update_membership_role(
            own, workos, member["id"], "admin"
        ),
        "delete_user_from_database": lambda: sync.delete_user_from_database(own, workos, MIRRORED),
        "Service.fetch_unknown": lambda: sync.Service(own, workos).fetch_unknown(within),
    }


WRITERS = {name for name in sync.__all__ if name.startswith(WRITES)} | {"Service.fetch_unknown"}
"""By their names; one that is added is tested, or this fails."""


@pytest.mark.parametrize("name", sorted(WRITERS))
async def test_case_57__function_with_the_key_of_another_environment__refused_before_the_first_write(
    stage: Stage, name: str
) -> None:
    stage.database.receive("user.created", user(MIRRORED))
    calls = await _calls(stage)
    assert calls.keys() == WRITERS
    tables = ("workos.users", "workos.organizations", "workos.organization_memberships")
    written = (*tables, "sync.changes", "sync.tasks", "sync.runs", "sync.api_keys")
    before = {table: stage.database.rows(f"select * from {table}") for table in written}
    with pytest.raises(WrongEnvironment, match="another environment"):
        await calls[name]()
    assert {table: stage.database.rows(f"select * from {table}") for table in written} == before
    roles = {one["role"]["slug"] for one in stage.world.memberships}
    assert roles == {"member"}, "nor is anything written to WorkOS"


@pytest.mark.parametrize("name", sorted(WRITERS - RAISES_WHEN_AWAY))
async def test_case_57__key_cannot_be_tried_while_workos_is_away__the_mirror_answers(
    stage: Stage, no_waiting: list[float], name: str
) -> None:
    """A sign-in does not wait for a key to be tried: it goes on as in any outage."""
    stage.database.receive("user.created", user(MIRRORED))
    calls = await _calls(stage)
    stage.answer = lambda _: httpx2.Response(503, json={})
    await calls[name]()
    assert stage.database.rows("select from sync.api_keys") == []
    people = "select id from workos.users where raw is not null"
    assert stage.database.rows(people) == [(MIRRORED,)]


async def test_case_57__key_was_tried_once__costs_no_call_and_no_question_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = stage.world.create_user("ada@example.com")
    stage.send()
    other = stage.world.create_user("other@example.com")
    path = "/user_management/users/"
    await sync.sync_workos_user_to_database(stage.own, stage.workos, other["id"])
    assert stage.asked == [path + known["id"], path + other["id"]]
    stage.database.admin.execute("delete from sync.api_keys")  # Nobody looks there any more.
    await sync.sync_workos_user_to_database(stage.own, stage.workos, other["id"])
    await stage.feed.read()
    assert stage.asked == [path + known["id"], path + other["id"], path + other["id"], "/events"]


async def test_case_57__secret_of_another_environment__refused_before_the_first_write(
    web: Web, database: Database
) -> None:
    response = await web.deliver(event("user.created", user("user_1")), secret="whsec_of_staging")
    assert (response.status_code, database.rows("select from sync.inbox")) == (401, [])
