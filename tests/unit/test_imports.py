"""What a web process loads, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys

IMPORTS = "import sys, orgscope.authz, orgscope.db, orgscope.web; print(*sys.modules)"


def test_import__what_a_request_needs__is_without_the_deployment_tool() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "orgscope.db" in loaded
    assert not loaded & {"alembic", "orgscope.deploy"}
