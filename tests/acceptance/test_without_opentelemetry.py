"""What a user has who did not install ``opentelemetry-api``: everything but spans."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
sys.modules["opentelemetry"] = None  # What is None there cannot be imported.
from orgscope import tracing
assert tracing._tracer is None
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
FLOWS = (
    "tests/integration/webhook/test_body.py",
    "tests/integration/test_unknown_member.py::test_unknown_member__workos_knows__fetched_and_served",
    "tests/integration/test_worker_mirror.py::test_worker__feed__brings_what_no_webhook_brought",
    "tests/integration/test_worker_mirror.py::test_worker__reconcile_is_old__mends_what_was_changed_by_hand",
    "tests/integration/test_worker_mirror.py::test_worker__stub__filled_by_a_task",
)


def test_opentelemetry__not_installed__webhook_feed_run_task_and_context_work() -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "-q", *FLOWS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
