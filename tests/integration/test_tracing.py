"""The spans of the flows: what they are named, how they nest, and that they name nobody."""

from __future__ import annotations

import json

import httpx2
import pytest
from opentelemetry.trace import SpanKind

from orgscope.authz import Verifier
from orgscope.db import Database as OwnDatabase
from orgscope.db import sync
from orgscope.devworkos import serve
from orgscope.errors import MembershipUnknown
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.run import Run
from orgscope.worker import run_once
from tests.database import Database, event, unique, user
from tests.spans import Spans, attributes, has_failed
from tests.tokens import StaticKeys
from tests.web import SECRET, client_of, key_server, running, web_settings, world
from tests.worker import worker_settings

EMAIL = "ada@example.com"


async def test_webhook__applied__type_and_outcome_within_the_applications_span(
    database: Database, spans: Spans
) -> None:
    person = unique("user")
    async with running(web_settings(database), key_server()) as web:
        with spans.others.start_as_current_span("request"):
            answer = await web.deliver(event("user.created", user(person, email=EMAIL)))
    assert answer.json() == {"outcome": "applied"}
    received = spans.one("orgscope.receive_event")
    assert spans.path(received) == ["request", "orgscope.webhook", "orgscope.receive_event"]
    assert attributes(received) == {
        "orgscope.event.source": "webhook",
        "orgscope.event.type": "user.created",
        "orgscope.outcome": "applied",
    }
    assert attributes(spans.one("orgscope.webhook")) == {"orgscope.outcome": "applied"}
    assert not any(map(has_failed, spans))
    spans.check(person, EMAIL, SECRET)


@pytest.mark.parametrize("type_", [EMAIL, unique("user"), "User.Created", "a" * 80 + ".b", 7, None])
async def test_webhook__type_that_is_no_name_of_an_event__left_out(
    database: Database, spans: Spans, type_: object
) -> None:
    async with running(web_settings(database), key_server()) as web:
        answer = await web.deliver({**event("user.created", user(unique("user"))), "event": type_})
    assert answer.status_code == 200
    assert "orgscope.event.type" not in attributes(spans.one("orgscope.receive_event"))


@pytest.mark.parametrize("body", [b"[]", b"[" * 100_000, b"{"])
async def test_webhook__no_event__refused_by_the_database_as_without_spans(
    database: Database, spans: Spans, body: bytes
) -> None:
    async with running(web_settings(database), key_server()) as web:
        assert (await web.deliver(body)).status_code == 400
    received = spans.one("orgscope.receive_event")
    assert attributes(received)["error.type"] == "orgscope.errors.event.EventMalformed"
    assert attributes(spans.one("orgscope.webhook")) == {"orgscope.outcome": "malformed-event"}


async def test_webhook__signature_of_another_secret__refused_and_no_failure(
    database: Database, spans: Spans
) -> None:
    async with running(web_settings(database), key_server()) as web:
        await web.deliver(event("user.created", user(unique("user"))), secret="whsec_another")
    refused = spans.one("orgscope.webhook")
    assert attributes(refused) == {"orgscope.outcome": "signature-mismatch"}
    assert not has_failed(refused)
    assert spans.all("orgscope.receive_event") == []


async def test_webhook__database_refuses__class_and_sqlstate_without_the_message(
    database: Database, spans: Spans
) -> None:
    database.admin.execute("revoke execute on function sync.receive_events from orgscope_sync")
    async with running(web_settings(database), key_server()) as web:
        assert (await web.deliver(event("user.created", user(unique("user"))))).status_code == 503
    for name in ("orgscope.receive_event", "orgscope.webhook"):
        failed = spans.one(name)
        assert has_failed(failed)
        assert attributes(failed)["error.type"] == "psycopg.errors.InsufficientPrivilege"
        assert attributes(failed)["db.response.status_code"] == "42501"
        assert [(one.name, dict(one.attributes)) for one in failed.events] == [
            ("exception", {"exception.type": "psycopg.errors.InsufficientPrivilege"})
        ]
    assert attributes(spans.one("orgscope.webhook"))["orgscope.outcome"] == "webhook-unavailable"
    spans.check("permission denied")


async def test_worker__feed_backfill_and_task__spans_nest_count_and_name_nobody(
    database: Database, spans: Spans
) -> None:
    made = world()
    person, acme = made.create_user(EMAIL), made.create_organization("Acme")
    made.create_membership(person["id"], acme["id"])
    with serve(made, settings=Settings.model_construct()) as server:
        settings = worker_settings(database, made, server)
        assert await run_once(settings, names=["run"]) == []
        changed = made.update_user(person["id"], first_name="Augusta")
        assert await run_once(settings, names=["feed"]) == []
        with database.connect("sync") as connection:
            connection.execute("select sync.queue_task('refetch', %s)", (f"user:{person['id']}",))
        assert await run_once(settings, names=["tasks"]) == []
    check_backfill(spans)
    check_feed(spans)
    check_task(spans)
    assert not any(map(has_failed, spans))
    spans.check(person["id"], acme["id"], EMAIL, changed["first_name"], made.api_key)


def check_backfill(spans: Spans) -> None:
    run = attributes(spans.one("orgscope.run"))
    assert run["orgscope.run.kind"] == "backfill"
    assert run["orgscope.run.scope"] == "all"
    assert run["orgscope.run.repair"] is False
    assert run["orgscope.outcome"] == "done"
    pages = [attributes(one) for one in spans.all("orgscope.run.page")]
    assert run["orgscope.run.listed"] == sum(one["orgscope.run.listed"] for one in pages)
    assert run["orgscope.run.applied"] == sum(one["orgscope.run.applied"] for one in pages)
    listed = {one["orgscope.run.family"]: one["orgscope.run.listed"] for one in pages}
    assert (listed["user"], listed["organization"]) == (1, 1)
    call = spans.all("GET /user_management/users")[-1]
    assert spans.path(call)[:2] == ["orgscope.run", "orgscope.run.page"]


def check_feed(spans: Spans) -> None:
    assert attributes(spans.one("orgscope.feed"))["orgscope.feed.applied"] >= 1
    page = attributes(spans.one("orgscope.feed.page"))
    assert page["orgscope.feed.events"] == sum(
        count for name, count in page.items() if name != "orgscope.feed.events"
    )
    [call] = spans.all("GET /events")
    assert spans.path(call) == ["orgscope.feed", "GET /events"]
    assert call.kind is SpanKind.CLIENT
    assert (
        attributes(call).items()
        >= {
            "http.request.method": "GET",
            "http.response.status_code": 200,
            "server.address": "127.0.0.1",
            "url.template": "/events",
        }.items()
    )


def check_task(spans: Spans) -> None:
    [call] = spans.all("GET /user_management/users/{id}")
    assert spans.path(call) == ["orgscope.task", call.name]
    assert attributes(spans.one("orgscope.task")) == {
        "orgscope.outcome": "done",
        "orgscope.task.attempts": 1,
        "orgscope.task.kind": "refetch",
    }


async def test_reconcile__object_that_no_list_has__settled_in_a_span(
    database: Database, spans: Spans
) -> None:
    made = world()
    person, gone = made.create_user(EMAIL), unique("user")
    with serve(made, settings=Settings.model_construct()) as server:
        settings = worker_settings(database, made, server)
        async with (
            OwnDatabase(settings) as own,
            httpx2.AsyncClient(trust_env=False) as http,
        ):
            run = Run(own, WorkOS(settings, http, background=True), settings, hold_back_s=0)
            await run.run("backfill")
            database.receive("user.created", user(gone))
            report = await run.run("reconcile", scope="all", repair=True)
    assert report is not None
    assert report.mended == 1
    settled = spans.one("orgscope.run.settle")
    assert spans.path(settled) == ["orgscope.run", "orgscope.run.settle"]
    assert attributes(settled) == {"orgscope.run.suspects": 1}
    [asked] = spans.all("GET /user_management/users/{id}")
    assert spans.path(asked)[:-1] == ["orgscope.run", "orgscope.run.settle"]
    assert attributes(asked)["http.response.status_code"] == 404
    reconcile = attributes(spans.all("orgscope.run")[-1])
    assert (reconcile["orgscope.run.kind"], reconcile["orgscope.run.mended"]) == ("reconcile", 1)
    spans.check(person["id"], gone, EMAIL)


async def test_run__of_one_parent__its_id_is_not_kept(database: Database, spans: Spans) -> None:
    made = world()
    acme = made.create_organization("Acme")
    with serve(made, settings=Settings.model_construct()) as server:
        settings = worker_settings(database, made, server)
        async with OwnDatabase(settings) as own, httpx2.AsyncClient(trust_env=False) as http:
            run = Run(own, WorkOS(settings, http, background=True), settings)
            await run.run("backfill", scope=f"organization:{acme['id']}")
    assert attributes(spans.one("orgscope.run"))["orgscope.run.scope"] == "parent"
    spans.check(acme["id"])


async def test_task__fails__class_and_sqlstate_without_the_message(
    database: Database, spans: Spans
) -> None:
    made = world()
    gone = unique("user")
    with serve(made, settings=Settings.model_construct()) as server:
        database.receive(
            "session.created",
            {"id": unique("session"), "user_id": gone, "updated_at": "2026-01-15T12:00:00.000Z"},
        )
        database.admin.execute("update sync.tasks set due_at = now()")
        made.create_user(EMAIL)
        assert await run_once(worker_settings(database, made, server), names=["tasks"]) == []
    task = spans.one("orgscope.task")
    assert has_failed(task)
    assert attributes(task)["orgscope.outcome"] == "failed"
    assert attributes(task)["db.response.status_code"] == "WS202"
    assert attributes(task)["error.type"].startswith("orgscope.errors.")
    [said] = database.rows("select error from sync.tasks")
    spans.check(gone, said[0].removeprefix("WS202 "))


@pytest.mark.parametrize("twin", ["async", "sync"])
async def test_context__opened_and_refused__kind_and_sqlstate(
    database: Database, spans: Spans, twin: str
) -> None:
    key = database.put_key()
    person = await Verifier(database.settings, StaticKeys(key)).verify(database.token())

    async def open_it() -> None:
        if twin == "async":
            async with OwnDatabase(database.settings) as own, own.org_scoped(person):
                pass
        else:
            with sync.Database(database.settings) as own, own.org_scoped(person):
                pass

    with spans.others.start_as_current_span("request"):
        with pytest.raises(MembershipUnknown):
            await open_it()
        database.add_member()
        await open_it()
    refused, opened = spans.all("orgscope.open_context")
    assert spans.path(opened) == ["request", "orgscope.open_context"]
    assert attributes(opened) == {"orgscope.context.kind": "organization"}
    assert has_failed(refused)
    assert not has_failed(opened)
    assert attributes(refused)["db.response.status_code"] == "WS312"
    spans.check(person.user_id, str(person.org_id))


async def test_unknown_member__fetched__the_call_belongs_to_the_request(
    database: Database, spans: Spans
) -> None:
    made = world()
    person, acme = made.create_user(EMAIL), made.create_organization("Acme")
    made.create_membership(person["id"], acme["id"])
    with database.connect("keys") as connection:
        connection.execute("select authz.put_keys(%s::jsonb)", (json.dumps(made.jwks()),))
    access_token = made.mint_token(person["id"], acme["id"])
    async with running(web_settings(database), client_of(made)) as web:
        with spans.others.start_as_current_span("request"):
            assert (await web.get("/org", access_token)).status_code == 200
    call = spans.one("GET /user_management/organization_memberships")
    assert spans.path(call) == ["request", call.name]
    spans.check(person["id"], acme["id"], EMAIL, access_token)
