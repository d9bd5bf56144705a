"""Numbers for Prometheus, on a port of their own; no label names a person or an organization.

    worker    feed, calls of WorkOS, runs, and the state of the mirror (``sync.status``)
    service   webhooks by outcome, and how long each took to its commit

``docs/reference/metrics.md`` lists every name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from psycopg.rows import dict_row

from orgscope.connection import connect
from orgscope.errors import OrgscopeError
from orgscope.settings import Settings

__all__ = [
    "FEED_EVENTS",
    "LISTED",
    "REGISTRY",
    "WEBHOOKS",
    "WEBHOOKS_BY_OLDER_SECRET",
    "WEBHOOK_DURATION",
    "WORKOS_CALLS",
    "count_call",
    "serve_metrics",
]

REGISTRY: Final = CollectorRegistry()
"""The numbers of this process; the application's own are elsewhere."""

WEBHOOKS: Final = Counter(
    "orgscope_webhook_events", "Deliveries, by outcome or refusal.", ["result"], registry=REGISTRY
)
WEBHOOKS_BY_OLDER_SECRET: Final = Counter(
    "orgscope_webhook_older_secret",
    "Deliveries signed with a secret that is not the first one.",
    registry=REGISTRY,
)
WEBHOOK_DURATION: Final = Histogram(
    "orgscope_webhook_duration_seconds",
    "From the end of a delivery's body to its commit.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    registry=REGISTRY,
)
FEED_EVENTS: Final = Counter(
    "orgscope_feed_events", "Events of the Events API, by outcome.", ["result"], registry=REGISTRY
)
WORKOS_CALLS: Final = Counter(
    "orgscope_workos_calls",
    "Tries of calls to WorkOS, by endpoint and outcome.",
    ["endpoint", "outcome"],
    registry=REGISTRY,
)
LISTED: Final = Counter(
    "orgscope_run_objects",
    "Objects that backfills and reconciles read, by family.",
    ["family"],
    registry=REGISTRY,
)

_STATUS: Final = """
select
  extract(epoch from now() - s.fed_up_to) as feed_age_seconds,
  extract(epoch from now() - s.webhook_at) as webhook_age_seconds,
  extract(epoch from now() - s.reconciled_at) as reconcile_age_seconds,
  s.gaps as feed_gaps,
  extract(epoch from s.gap_lag) as feed_gap_lag_seconds,
  s.failed_events as inbox_failed,
  s.due_tasks as tasks_due,
  s.dead_letters as tasks_dead,
  s.differences as reconcile_differences,
  (select count(*) from sync.problems) as problems
from sync.status as s
"""

_HELP: Final = {
    "feed_age_seconds": "How long ago the moment is up to which every event has been applied.",
    "webhook_age_seconds": "How long ago the last webhook came.",
    "reconcile_age_seconds": "How long ago everything was last compared with WorkOS.",
    "feed_gaps": "Events of the last day that no webhook brought.",
    "feed_gap_lag_seconds": "The longest from when one of those occurred until the feed had it.",
    "inbox_failed": "Events that could not be applied.",
    "tasks_due": "Work that waits for a worker.",
    "tasks_dead": "Work that failed too often.",
    "reconcile_differences": "What differed at the last comparison and was not mended.",
    "problems": "Rows of sync.problems: what keeps the mirror from being exact.",
}


def count_call(endpoint: str, outcome: str) -> None:
    """Count a try of a call to WorkOS; ``WorkOS(on_call=…)`` calls it."""
    WORKOS_CALLS.labels(endpoint, outcome).inc()


class MirrorCollector(Collector):
    """Reads the state of the mirror, by the login ``monitor``, whenever somebody asks for numbers.

    ``orgscope_mirror_up`` is 0 when it could not be read; the other numbers are then missing.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one gauge for each column of the status that has a value."""
        try:
            with connect(self._settings, "monitor", connect_timeout=2) as connection:
                connection.row_factory = dict_row
                [row] = connection.execute(_STATUS.encode()).fetchall()
        except (OrgscopeError, psycopg.Error):
            row = None
        yield _gauge("mirror_up", "Whether the state of the mirror could be read.", row is not None)
        for name, value in (row or {}).items():
            if value is not None:
                yield _gauge(name, _HELP[name], value)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield nothing: registering must not ask the database."""
        return iter(())


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"orgscope_{name}", said, value=float(value))


@contextmanager
def serve_metrics(settings: Settings) -> Iterator[None]:
    """Serve ``/metrics`` on ``ORGSCOPE_METRICS_PORT`` until the block ends; nothing where it is 0.

    With ``ORGSCOPE_MONITOR_URL`` the state of the mirror is among the numbers.

    Raises OSError when the port is taken.
    """
    if settings.metrics_port == 0:
        yield
        return
    collector = MirrorCollector(settings) if settings.monitor_url is not None else None
    if collector is not None:
        REGISTRY.register(collector)
    server, thread = start_http_server(
        settings.metrics_port, addr=settings.metrics_host, registry=REGISTRY
    )
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if collector is not None:
            REGISTRY.unregister(collector)
