"""Webhook deliveries: signed, retried, and disturbed on request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orgscope.devworkos import DeliveriesPending, DevWorkOS, ManualClock
from orgscope.signature import HEADER, verify

Connect = Callable[..., DevWorkOS]
NOON_MS = 1_768_478_400_000


def write(world: DevWorkOS, count: int) -> list[str]:
    for number in range(count):
        world.create_user(f"{number}@example.com")
    return [event["id"] for event in world.events]


def states(world: DevWorkOS) -> list[str]:
    return [delivery.state for delivery in world.deliveries.log]


async def test_delivery__no_faults__arrives_signed_in_order(
    connected: Connect, receiver: Any
) -> None:
    world = connected()
    write(world, 5)

    await world.quiesce()

    assert receiver.events == world.events
    assert receiver.signed_at == [NOON_MS] * 5
    assert states(world) == ["delivered"] * 5


async def test_delivery__only_subscribed_events_and_enabled_endpoints(
    connected: Connect, receiver: Any
) -> None:
    world = connected()
    [endpoint] = world.list_webhook_endpoints()["data"]
    world.update_webhook_endpoint(endpoint["id"], events=["user.deleted"])
    world.delete_user(world.create_user("ada@example.com")["id"])
    world.update_webhook_endpoint(endpoint["id"], status="disabled", events=["user.created"])
    world.create_user("bob@example.com")
    world.update_webhook_endpoint(endpoint["id"], status="enabled")

    await world.quiesce()

    assert [event["event"] for event in receiver.events] == ["user.deleted"]


async def test_delivery__several_endpoints__each_gets_its_own_signature(
    clock: ManualClock,
) -> None:
    seen: dict[str, str] = {}

    async def receive(request: Request) -> Response:
        seen[request.url.path] = request.headers[HEADER]
        return Response()

    app = Starlette(routes=[Route("/{name}", receive, methods=["POST"])])
    world = DevWorkOS(clock=clock, transport=httpx2.ASGITransport(app))
    secrets = {
        f"/{name}": world.create_webhook_endpoint(f"http://receiver.test/{name}")["secret"]
        for name in ("one", "two")
    }
    world.create_user("ada@example.com")

    await world.quiesce()

    body = world.event_log.all[0].body
    for path, header in seen.items():
        assert verify(body, header, [secrets[path]], now_ms=clock()).secret_index == 0
    assert len({*secrets.values()}) == 2


@pytest.mark.parametrize("status", [301, 400, 500, 503])
async def test_delivery__endpoint_fails_twice__the_third_try_arrives(
    connected: Connect, receiver: Any, status: int
) -> None:
    world = connected()
    receiver.answers = [status, status]
    write(world, 1)

    await world.quiesce()

    [delivery] = world.deliveries.log
    assert delivery.state == "delivered"
    assert [attempt.status for attempt in delivery.attempts] == [status, status, 200]
    assert receiver.ids == [world.events[0]["id"]] * 3


async def test_delivery__every_try_fails__is_given_up(connected: Connect, receiver: Any) -> None:
    world = connected()
    receiver.answers = [500] * 3
    write(world, 1)

    await world.quiesce()

    assert states(world) == ["failed"]
    assert world.deliveries.pending == 0


async def test_delivery__nobody_listens__is_an_error_in_the_log(clock: ManualClock) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    transport = httpx2.MockTransport(refuse)
    world = DevWorkOS(clock=clock, retry_delays_s=(0,), transport=transport)
    world.create_webhook_endpoint("http://receiver.test/")
    write(world, 1)

    await world.quiesce()

    [delivery] = world.deliveries.log
    assert [attempt.error for attempt in delivery.attempts] == ["ConnectError", "ConnectError"]
    assert delivery.state == "failed"


@pytest.mark.parametrize("resign", [True, False])
async def test_delivery__retry__is_signed_again_or_not(
    clock: ManualClock, connected: Connect, receiver: Any, resign: bool
) -> None:
    world = connected(resign_retries=resign, retry_delays_s=(0.05,))
    receiver.answers = [500]
    write(world, 1)
    quiet = asyncio.create_task(world.quiesce())
    await receiver.called.wait()
    clock.advance(60)

    await quiet

    assert receiver.signed_at == [NOON_MS, NOON_MS + 60_000 if resign else NOON_MS]


async def test_delivery__a_failing_event__does_not_hold_up_the_others(
    connected: Connect, receiver: Any
) -> None:
    world = connected(retry_delays_s=(0.05,))
    receiver.answers = [500]
    first, second, third = write(world, 3)

    await world.quiesce()

    assert receiver.ids == [first, second, third, first]


async def test_paused__nothing_is_sent_and_quiesce_says_so(
    connected: Connect, receiver: Any
) -> None:
    world = connected()
    world.faults.paused = True
    ids = write(world, 3)

    with pytest.raises(DeliveriesPending, match=r"3 deliveries are pending.*paused"):
        await world.quiesce()
    assert receiver.ids == []
    world.faults.paused = False
    await world.quiesce()
    assert receiver.ids == ids


async def test_shuffle__paused_writes__arrive_in_an_order_of_the_seed(
    clock: ManualClock, connected: Connect, receiver: Any
) -> None:
    orders = []
    for seed in (1, 1, 2):
        receiver.events.clear()
        world = connected(seed=seed)
        world.faults.change(paused=True, shuffle=True, shuffle_window_s=0)
        written = write(world, 20)
        world.faults.paused = False
        await world.quiesce()
        assert sorted(receiver.ids) == written
        orders.append([written.index(identifier) for identifier in receiver.ids])

    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert sorted(orders[0]) != orders[0]


async def test_duplicate__three__each_event_arrives_three_times(
    connected: Connect, receiver: Any
) -> None:
    world = connected()
    world.faults.duplicate = 3
    written = write(world, 4)

    await world.quiesce()

    assert Counter(receiver.ids) == dict.fromkeys(written, 3)


async def test_drop__everything__is_in_the_events_api_only(
    connected: Connect, receiver: Any
) -> None:
    world = connected()
    world.faults.drop = 1.0
    write(world, 4)

    await world.quiesce()

    assert receiver.events == []
    assert states(world) == ["dropped"] * 4
    assert len(world.events) == 4


async def test_drop__a_share__is_repeated_by_the_seed(connected: Connect) -> None:
    def dropped(seed: int) -> list[str]:
        world = connected(seed=seed)
        world.faults.drop = 0.5
        write(world, 30)
        return states(world)

    assert dropped(1) == dropped(1) != dropped(2)
    assert set(dropped(1)) == {"dropped", "pending"}


async def test_delay__deliveries__wait_that_long(connected: Connect, receiver: Any) -> None:
    world = connected()
    world.faults.delay_s = 0.2
    write(world, 1)

    with pytest.raises(DeliveriesPending, match="1 deliveries are still pending after"):
        await world.quiesce(timeout_s=0.02)
    assert receiver.events == []
    await world.quiesce()
    assert len(receiver.events) == 1


async def test_quiesce__time_runs_out_during_a_try__the_delivery_is_kept(
    clock: ManualClock,
) -> None:
    release = asyncio.Event()
    calls = 0

    async def receive(_request: Request) -> Response:
        nonlocal calls
        calls += 1
        await release.wait()
        return Response()

    app = Starlette(routes=[Route("/", receive, methods=["POST"])])
    world = DevWorkOS(clock=clock, transport=httpx2.ASGITransport(app))
    world.create_webhook_endpoint("http://receiver.test/")
    write(world, 1)

    with pytest.raises(DeliveriesPending):
        await world.quiesce(timeout_s=0.05)
    assert world.deliveries.pending == calls == 1
    release.set()
    await world.quiesce()
    assert (states(world), calls) == (["delivered"], 2)


@pytest.mark.parametrize("how", ["deleted", "disabled"])
async def test_endpoint__deleted_or_disabled__pending_deliveries_are_cancelled(
    connected: Connect, receiver: Any, how: str
) -> None:
    world = connected()
    world.faults.paused = True
    write(world, 2)
    [endpoint] = world.list_webhook_endpoints()["data"]
    if how == "deleted":
        world.delete_webhook_endpoint(endpoint["id"])
    else:
        world.update_webhook_endpoint(endpoint["id"], status="disabled")
    world.faults.paused = False

    await world.quiesce()

    assert (states(world), receiver.events) == (["cancelled"] * 2, [])


async def test_delivery__repr__hides_body_and_signature(connected: Connect) -> None:
    world = connected()
    world.create_user("sentinel@example.com")
    await world.quiesce()

    shown = repr(world.deliveries.log)
    assert "delivered" in shown
    assert "sentinel" not in shown
    assert "v1=" not in shown
