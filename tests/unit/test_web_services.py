"""KeyAlarm: once in thirty seconds, and its failure harms nobody."""

from __future__ import annotations

import logging

import psycopg
import pytest

from orgscope.errors import ProviderUnavailable
from orgscope.web.services import ALARM_INTERVAL_S, KeyAlarm


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_key_alarm__many_rings__asks_once_in_the_interval() -> None:
    asked: list[float] = []
    clock = Clock()

    async def ask() -> None:
        asked.append(clock.now)

    alarm = KeyAlarm(ask, now=clock)
    for _ in range(50):
        alarm()
    clock.now += ALARM_INTERVAL_S - 1
    alarm()
    await alarm.close()
    assert len(asked) == 1
    clock.now += 1
    alarm()
    await alarm.close()
    assert len(asked) == 2


@pytest.mark.parametrize(
    "error", [psycopg.OperationalError("s3cr3t"), ProviderUnavailable("s3cr3t")]
)
async def test_key_alarm__asking_fails__logged_and_not_raised(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def ask() -> None:
        raise error

    alarm = KeyAlarm(ask)
    alarm()
    await alarm.close()
    assert [record.__dict__["event"] for record in caplog.records] == ["keys.ask_failed"]
    assert "s3cr3t" not in caplog.text
