"""What a web process loads, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys


def loaded_by(*modules: str) -> set[str]:
    """Return what is loaded in a new process that imports these modules."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {', '.join(modules)}; print(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import__what_a_request_needs__is_without_the_deployment_tool() -> None:
    loaded = loaded_by("orgscope.authz", "orgscope.db", "orgscope.web")
    assert "orgscope.db" in loaded
    assert not loaded & {"alembic", "orgscope.deploy"}


def test_import__what_makes_spans__loads_the_api_alone() -> None:
    assert "opentelemetry.trace" not in loaded_by(
        "orgscope", "orgscope.errors", "orgscope.settings"
    )
    loaded = loaded_by("orgscope.db", "orgscope.web")
    assert "opentelemetry.trace" in loaded
    assert "opentelemetry.sdk" not in loaded
