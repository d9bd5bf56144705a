"""How often WorkOS is asked for a person, and who gets the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from orgscope.authz import Principal, Verifier
from orgscope.db import Database as OwnDatabase
from orgscope.errors import (
    ConfigurationError,
    PayloadInvalid,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from orgscope.provider import WorkOS
from orgscope.sync import Service
from orgscope.sync.environment import accept_environment
from tests.database import Database, user
from tests.tokens import USER_ID, StaticKeys, rsa_key, token, token_settings
from tests.web import web_settings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Provider(WorkOS):
    """Counts, and answers what it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False
        self.error: ProviderError = ProviderUnavailable("away")

    async def get_user(self, user_id: str) -> dict[str, Any] | None:
        self.asked.append(user_id)
        if self.away:
            raise self.error
        return None


@pytest.fixture
async def own(database: Database) -> AsyncIterator[OwnDatabase]:
    """The database as the service opens it."""
    async with OwnDatabase(web_settings(database)) as own:
        await accept_environment(own, own.settings)
        yield own


async def principal(**changes: Any) -> Principal:
    changes = {"org_id": None, "role": None, **changes}
    return await Verifier(token_settings(), StaticKeys(rsa_key())).verify(token(changes))


async def test_fetch_unknown__interval_is_over__asks_again(own: OwnDatabase) -> None:
    clock, source = Clock(), Provider()
    service = Service(own, source, now=clock)
    who = await principal()
    for clock.now in (0.0, 29.9, 30.0, 59.9):
        assert await service.fetch_unknown(who) is False
    assert len(source.asked) == 2
    await service.fetch_unknown(await principal(sub="user_01OTHER"))
    assert len(source.asked) == 3


@pytest.mark.parametrize("error", [ProviderUnavailable("away"), ProviderRefused("wrong key")])
async def test_fetch_unknown__failure__remembered_for_the_interval(
    own: OwnDatabase, error: ProviderError
) -> None:
    clock, source = Clock(), Provider()
    service = Service(own, source, now=clock)
    source.away, source.error = True, error
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await service.fetch_unknown(await principal())
    source.away = False
    clock.now = 30.0
    assert await service.fetch_unknown(await principal()) is False
    assert len(source.asked) == 2


@pytest.mark.parametrize(
    ("passed_s", "retry_after_s"), [(0.0, 30), (0.2, 30), (1.0, 29), (24.5, 6), (29.9, 1)]
)
async def test_fetch_unknown__remembered_failure__retry_is_said_to_the_second(
    own: OwnDatabase, passed_s: float, retry_after_s: int
) -> None:
    clock, source = Clock(), Provider()
    service = Service(own, source, now=clock)
    who = await principal()
    source.away = True
    with pytest.raises(ProviderUnavailable):
        await service.fetch_unknown(who)
    clock.now = passed_s
    with pytest.raises(ProviderUnavailable) as caught:
        await service.fetch_unknown(who)
    assert caught.value.retry_after_s == retry_after_s
    source.away = False
    clock.now += caught.value.retry_after_s
    assert await service.fetch_unknown(who) is False, "whoever waited as told is not put off"
    assert len(source.asked) == 2


async def test_fetch_unknown__failure_that_took_longer_than_the_interval__retry_after_1(
    own: OwnDatabase,
) -> None:
    clock = Clock()

    class Slow(Provider):
        async def get_user(self, user_id: str) -> dict[str, Any] | None:
            clock.now += 45.0
            return await super().get_user(user_id)

    source = Slow()
    source.away = True
    service = Service(own, source, now=clock)
    with pytest.raises(ProviderUnavailable) as caught:
        await service.fetch_unknown(await principal())
    assert caught.value.retry_after_s == 1


async def test_fetch_unknown__many_people__memory_is_bounded(
    own: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgscope.sync.service.MAX_REMEMBERED", 3)
    service = Service(own, Provider())
    for number in range(10):
        await service.fetch_unknown(await principal(sub=f"user_01N{number}"))
    assert len(service._fetches) == 3


async def test_fetch_unknown__first_caller_goes_away__the_others_get_the_answer(
    own: OwnDatabase,
) -> None:
    gate = asyncio.Event()

    class Slow(Provider):
        async def get_user(self, user_id: str) -> dict[str, Any] | None:
            await gate.wait()
            return await super().get_user(user_id)

    source = Slow()
    service = Service(own, source)
    who = await principal()
    first = asyncio.create_task(service.fetch_unknown(who))
    second = asyncio.create_task(service.fetch_unknown(who))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await second is False
    assert len(source.asked) == 1


async def test_fetch_unknown__mirror_cannot_be_written__next_caller_tries_again(
    own: OwnDatabase,
) -> None:
    source = Provider()

    async def found(user_id: str) -> dict[str, Any] | None:
        source.asked.append(user_id)
        return {"id": user_id}

    source.get_user = found  # type: ignore[method-assign]

    service = Service(own, source)
    for _ in range(2):
        with pytest.raises(PayloadInvalid):
            await service.fetch_unknown(await principal())
    assert len(source.asked) == 2


async def test_fetch_unknown__no_database__workos_is_not_asked() -> None:
    source = Provider()
    async with OwnDatabase(token_settings()) as away:
        for _ in range(2):
            with pytest.raises(ConfigurationError):
                await Service(away, source).fetch_unknown(await principal())
    assert source.asked == []


class Skewed(datetime):
    """A clock of the application that is wrong."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # no Skewed
        return datetime.now(tz or UTC) + cls.by


@pytest.mark.parametrize("hours", [-1, 0, 1])
@pytest.mark.parametrize("during", [False, True], ids=["event before", "event during"])
async def test_fetch_unknown__clock_of_the_application_is_wrong__order_of_the_database(
    database: Database,
    own: OwnDatabase,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    during: bool,
) -> None:
    monkeypatch.setattr(Skewed, "by", timedelta(hours=hours))
    monkeypatch.setattr("orgscope.sync.read.datetime", Skewed)
    event, read = user(USER_ID, email="event"), user(USER_ID, email="read")

    class Answering(Provider):
        async def get_user(self, user_id: str) -> dict[str, Any] | None:
            if during:
                database.receive("user.updated", event)
            return read

    if not during:
        database.receive("user.updated", event)
    await Service(own, Answering()).fetch_unknown(await principal())
    assert database.rows("select email from workos.users") == [("event" if during else "read",)]
