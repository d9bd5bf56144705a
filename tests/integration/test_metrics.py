"""The numbers on the metrics port: what they count, and that they name nobody."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from orgscope.devworkos import serve
from orgscope.metrics import REGISTRY, serve_metrics
from orgscope.settings import Settings
from orgscope.worker import run_once
from tests.database import Database, event, user
from tests.web import world
from tests.worker import worker_settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scrape(settings: Settings) -> dict[str, float]:
    """Return the numbers without labels; of labelled ones the sum."""
    answer = httpx2.get(f"http://127.0.0.1:{settings.metrics_port}/metrics", trust_env=False)
    numbers: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            numbers[sample.name] = numbers.get(sample.name, 0) + sample.value
    return numbers


def with_port(settings: Settings, **change: object) -> Settings:
    return settings.model_copy(update={"metrics_port": free_port(), **change})


def test_metrics__port_0__nothing_is_served(database: Database) -> None:
    settings = with_port(database.settings)
    with serve_metrics(settings.model_copy(update={"metrics_port": 0})):
        with pytest.raises(httpx2.ConnectError):
            scrape(settings)


def test_metrics__block_ends__port_is_free_again(database: Database) -> None:
    settings = with_port(database.settings)
    for _ in range(2):
        with serve_metrics(settings):
            assert scrape(settings)["orgscope_mirror_up"] == 1


def test_metrics__state_of_the_mirror__as_the_status_says(database: Database) -> None:
    settings = with_port(database.settings)
    database.receive("user.created", user("user_1"))
    database.receive("user.created", {"id": "user_2"})
    occurred = (datetime.now(UTC) - timedelta(minutes=7)).isoformat()
    gap = event("user.created", user("user_3"), created_at=occurred)
    database.receive_body(json.dumps(gap), "feed")
    with serve_metrics(settings):
        numbers = scrape(settings)
    assert numbers["orgscope_inbox_failed"] == 1
    assert numbers["orgscope_problems"] == 1
    assert numbers["orgscope_feed_gaps"] == 1
    assert 420 <= numbers["orgscope_feed_gap_lag_seconds"] < 480
    assert 0 <= numbers["orgscope_webhook_age_seconds"] < 60
    assert "orgscope_feed_age_seconds" not in numbers


def test_metrics__database_away__up_is_0_and_the_rest_is_missing(database: Database) -> None:
    away = re.sub(r"@.*", "@127.0.0.1:9/nowhere", database.settings.url("monitor"))
    secret = type(database.settings.monitor_url)
    settings = with_port(database.settings, monitor_url=secret(away))
    with serve_metrics(settings):
        numbers = scrape(settings)
    assert numbers["orgscope_mirror_up"] == 0
    assert "orgscope_inbox_failed" not in numbers


async def test_metrics__worker_reads_workos__counts_without_identifiers(database: Database) -> None:
    made = world()
    person = made.create_user("ada@example.com")
    org = made.create_organization("Acme")
    made.create_membership(person["id"], org["id"])
    with serve(made, settings=Settings.model_construct()) as server:
        settings = with_port(worker_settings(database, made, server))
        with serve_metrics(settings):
            before = scrape(settings)
            assert await run_once(settings, names=["run", "feed"]) == []
            after = scrape(settings)
    for name in ("feed_events", "run_objects", "workos_calls"):
        assert after[f"orgscope_{name}_total"] > before.get(f"orgscope_{name}_total", 0), name
    assert 0 <= after["orgscope_feed_age_seconds"] < 60
    text = "".join(str(family.samples) for family in REGISTRY.collect())
    assert person["id"] not in text
    assert org["id"] not in text


def test_metrics__every_name__is_on_its_page(database: Database) -> None:
    settings = with_port(database.settings)
    with serve_metrics(settings):
        families = {family.name for family in REGISTRY.collect()}
    named = set(re.findall(r"^\| `(orgscope_[a-z_]+?)(?:_total)?`", PAGE.read_text(), re.MULTILINE))
    assert families <= named
