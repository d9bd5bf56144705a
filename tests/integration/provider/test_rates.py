"""The limits of WorkOS are kept in every window, without a second of waiting in the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgscope.provider import WorkOS, rates
from orgscope.provider.rates import ALL, DIRECTORY_USERS, USER_MANAGEMENT, Limit, Rates
from tests.integration.provider import virtual_time
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import Loopback, reply

USERS = ("user_management", "users")
DIRECTORY = ("directory_users",)


def most_in_a_window(times: Sequence[float], period_s: float) -> int:
    """Return the largest number of times within any ``period_s`` seconds."""
    ordered = sorted(times)
    first = most = 0
    for last, time in enumerate(ordered):
        while ordered[first] <= time - period_s:
            first += 1
        most = max(most, last - first + 1)
    return most


async def go(path: Sequence[str], calls: int, directory_id: str | None = None) -> list[float]:
    """Make calls at once, and return when each of them went."""
    limits, loop = Rates(), asyncio.get_running_loop()

    async def one() -> float:
        await limits.wait(path, directory_id)
        return loop.time()

    return await asyncio.gather(*(one() for _ in range(calls)))


@pytest.mark.parametrize(
    ("path", "limit", "calls"),
    [
        (("organizations",), ALL, 7000),
        (USERS, USER_MANAGEMENT, 2500),
        (DIRECTORY, DIRECTORY_USERS, 30),
    ],
)
def test_rates__many_calls_at_once__a_fifth_of_the_limit_is_left_and_the_rest_used(
    path: Sequence[str], limit: Limit, calls: int
) -> None:
    times = virtual_time.run(go(path, calls))
    most = most_in_a_window(times, limit.period_s)
    assert limit.calls * 0.6 <= most <= limit.calls * 0.8
    assert max(times) <= calls / (0.52 * limit.calls) * limit.period_s


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 1500)), max_size=40))
def test_rates__any_arrival_at_two_directories__four_in_each_second(
    arrivals: list[tuple[str, int]],
) -> None:
    async def main() -> dict[str, list[float]]:
        limits, loop = Rates(), asyncio.get_running_loop()
        went: dict[str, list[float]] = {"a": [], "b": []}

        async def one(directory_id: str) -> None:
            await limits.wait(DIRECTORY, directory_id)
            went[directory_id].append(loop.time())

        async with asyncio.TaskGroup() as group:
            for directory_id, gap_ms in arrivals:
                group.create_task(one(directory_id))
                await asyncio.sleep(gap_ms / 1000)
        return went

    for times in virtual_time.run(main()).values():
        assert most_in_a_window(times, 1.0) <= 4


def test_rates__waits_for_a_directory__others_go_on() -> None:
    async def main() -> float:
        limits = Rates()
        async with asyncio.TaskGroup() as group:
            for _ in range(200):
                group.create_task(limits.wait(DIRECTORY, "slow"))
            await asyncio.sleep(0)
            for path in (("organizations",), USERS, DIRECTORY):
                await limits.wait(path, "other")
            return asyncio.get_running_loop().time()

    assert virtual_time.run(main()) < 0.001


def test_rates__unknown_directories__share_one_limit() -> None:
    times = virtual_time.run(go(("directory_users", "directory_user_01A"), 10))
    assert most_in_a_window(times, 1.0) <= 4


def test_rates__many_directories__memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_DIRECTORIES", 3)

    async def main() -> list[str | None]:
        limits = Rates()
        async with asyncio.TaskGroup() as group:
            for _ in range(200):  # for longer than the rest takes
                group.create_task(limits.wait(DIRECTORY, "busy"))
            for number in range(50):
                await limits.wait(DIRECTORY, f"directory_{number}")
                await asyncio.sleep(1)
                assert len(limits._directories) <= 3
            return list(limits._directories)

    assert virtual_time.run(main()) == ["busy", "directory_48", "directory_49"]


@pytest.mark.parametrize("at_once", [1, 8])
def test_rates__directory_in_use__its_limit_is_never_forgotten(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(rates, "MAX_DIRECTORIES", 3)

    async def main() -> list[float]:
        limits, loop = Rates(), asyncio.get_running_loop()
        went: list[float] = []

        async def one() -> None:
            await limits.wait(DIRECTORY, "busy")
            went.append(loop.time())

        async with asyncio.TaskGroup() as group:
            for turn in range(10):
                for _ in range(at_once):
                    group.create_task(one())
                await asyncio.sleep(0)
                for number in range(5):
                    await limits.wait(DIRECTORY, f"directory_{turn}_{number}")
        return went

    went = virtual_time.run(main())
    assert len(went) == 10 * at_once
    assert most_in_a_window(went, 1.0) <= 4


def test_rates__caller_goes_away__its_directory_can_be_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "MAX_DIRECTORIES", 1)

    async def main() -> list[str | None]:
        limits = Rates()
        await limits.wait(DIRECTORY, "left")
        waiting = asyncio.create_task(limits.wait(DIRECTORY, "left"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(5)
        await limits.wait(DIRECTORY, "other")
        return list(limits._directories)

    assert virtual_time.run(main()) == ["other"]


class Recorded:
    """Stands for ``Rates`` and notes what waits for it."""

    def __init__(self) -> None:
        self.waits: list[tuple[tuple[str, ...], str | None]] = []

    async def wait(self, path: tuple[str, ...], directory_id: str | None = None) -> None:
        self.waits.append((path, directory_id))


async def test_rates__each_try_in_the_background__waits_as_its_own_call(
    odd: Loopback, provider_of: Make, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Recorded()
    monkeypatch.setattr("orgscope.provider.client.Rates", lambda: recorded)
    workos: WorkOS = provider_of(odd.url)
    odd.answers = [reply(500), reply(200, '{"data": []}')]
    await workos.get_page("/directory_users", {"directory": "directory_01A"})
    assert recorded.waits == [(DIRECTORY, "directory_01A")] * 2
    recorded.waits.clear()
    await workos.get_page("/directory_users", {"group": "g"}, directory_id="directory_01B")
    await workos.get("/directory_users/directory_user_01A", directory_id="directory_01C")
    await workos.get("/directory_users/directory_user_01A")
    assert [directory_id for _, directory_id in recorded.waits] == [
        "directory_01B",
        "directory_01C",
        None,
    ]


async def test_rates__for_a_request__no_wait(
    odd: Loopback, provider_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Recorded()
    monkeypatch.setattr("orgscope.provider.client.Rates", lambda: recorded)
    odd.answers = [reply(200, "{}")]
    await provider_of(odd.url, background=False).get("/user_management/users/user_01A")
    assert recorded.waits == []
