"""Deliveries made in the background or asked for over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS

Connect = Callable[..., DevWorkOS]


def write(world: DevWorkOS, count: int) -> list[str]:
    for number in range(count):
        world.create_user(f"{number}@example.com")
    return [event["id"] for event in world.events]


@pytest.fixture
async def running(connected: Connect) -> AsyncIterator[DevWorkOS]:
    """A world whose deliveries are made in the background, as a server does."""
    world = connected()
    async with world.app.router.lifespan_context(world.app):
        yield world


async def test_running__writes__are_delivered_without_being_asked(
    running: DevWorkOS, receiver: Any
) -> None:
    written = write(running, 3)

    await running.quiesce()

    assert receiver.ids == written


async def test_running__write_from_another_thread__wakes_it(
    running: DevWorkOS, receiver: Any
) -> None:
    writer = threading.Timer(0.05, running.create_user, ["ada@example.com"])
    writer.start()

    async with asyncio.timeout(5):  # nothing else wakes the loop meanwhile
        await receiver.called.wait()

    writer.join()
    assert receiver.events == running.events


async def test_running__shuffle__waits_scatter_the_order(running: DevWorkOS, receiver: Any) -> None:
    running.faults.change(shuffle=True, shuffle_window_s=0.1)
    for number in range(20):
        running.create_user(f"{number}@example.com")
        await asyncio.sleep(0.001)

    await running.quiesce()

    written = [event["id"] for event in running.events]
    assert sorted(receiver.ids) == written != receiver.ids


async def test_running__paused_and_released__goes_on(running: DevWorkOS, receiver: Any) -> None:
    running.faults.paused = True
    written = write(running, 2)
    await asyncio.sleep(0.05)
    assert receiver.events == []

    running.faults.paused = False
    await running.quiesce()

    assert receiver.ids == written


async def test_running__second_runner__is_refused(running: DevWorkOS) -> None:
    await asyncio.sleep(0.01)

    with pytest.raises(RuntimeError, match="Another server"):
        await running.deliveries.run()


def test_quiesce__over_http__makes_the_deliveries(connected: Connect, receiver: Any) -> None:
    world = connected()
    http = TestClient(world.app, headers={"Authorization": f"Bearer {world.api_key}"})
    written = write(world, 2)

    paused = http.post("/_dev/deliveries", json={"paused": True})
    refused = http.post("/_dev/quiesce", json={"timeout_s": 1})
    http.post("/_dev/deliveries", json={"shuffle": False, "duplicate": 2, "paused": False})
    world.create_user("last@example.com")
    quiet = http.post("/_dev/quiesce")

    assert paused.json()["paused"] is True
    assert (refused.status_code, refused.json()["code"]) == (504, "deliveries_pending")
    assert (quiet.status_code, quiet.json()) == (200, {"pending": 0})
    assert receiver.ids == [*written, *[world.events[-1]["id"]] * 2]
    assert http.post("/_dev/quiesce", json={"timeout_s": 0}).status_code == 422


def test_delivery_log__over_http__can_be_filtered(connected: Connect, receiver: Any) -> None:
    world = connected()
    http = TestClient(world.app, headers={"Authorization": f"Bearer {world.api_key}"})
    receiver.answers = [500, 200, 500, 500, 500]
    first, second = write(world, 2)
    http.post("/_dev/quiesce")

    log = http.get("/_dev/deliveries").json()
    failed = http.get("/_dev/deliveries", params={"state": "failed"}).json()["data"]

    assert log["pending"] == 0
    assert [entry["event_id"] for entry in log["data"]] == [first, second]
    assert len(failed) == 1
    assert [attempt["status"] for attempt in failed[0]["attempts"]] == [500, 500, 500]
    assert failed[0]["attempts"][0]["at"] == "2026-01-15T12:00:00.000Z"
    query = {"event_id": first, "endpoint_id": "we_other"}
    assert http.get("/_dev/deliveries", params=query).json()["data"] == []
    assert "whsec_" not in http.get("/_dev/deliveries").text
