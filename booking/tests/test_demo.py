"""``make demo`` as it stands: a process of its own, told to its end or to the first broken promise.

It runs in a copy of booking, so that neither a demo nor ``make dev`` of the same checkout is in the
way, and a test may break the copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from booking.demo.__main__ import PROJECT
from booking.demo.story import STEPS, share_endpoint

LONGEST_S = 300
"""How long the demo may take before something hangs, in seconds."""


@pytest.fixture
def booking() -> Iterator[Path]:
    """A copy of booking, in a folder that the server's user can enter (pytest's own is closed)."""
    folder = Path(tempfile.mkdtemp(prefix="booking-demo-"))
    folder.chmod(0o711)
    yield shutil.copytree(
        PROJECT, folder / "booking", ignore=shutil.ignore_patterns(".orgscope", "__pycache__")
    )
    shutil.rmtree(folder)


def demo(booking: Path) -> subprocess.CompletedProcess[str]:
    """Run the demo of this copy, as `make demo` does."""
    return subprocess.run(
        [sys.executable, "-m", "booking.demo"],
        cwd=booking,
        env={**os.environ, "ONCE": "1", "PYTHONPATH": str(booking / "src"), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST_S,
        check=False,
    )


def headings() -> list[str]:
    """Return what the narrator prints above each step."""
    return [f"{number}. {title}" for number, (title, _) in enumerate(STEPS, 1)]


def test_demo__as_it_stands__every_step_told_and_exit_0(booking: Path) -> None:
    done = demo(booking)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if line in headings()] == headings()
    assert f"{len(STEPS)} steps, every promise kept" in done.stdout
    assert "✗" not in done.stdout
    assert (booking / ".orgscope").is_dir()  # it was this copy that ran


def test_demo__policy_that_shows_everything__ends_at_that_step_and_exit_1(booking: Path) -> None:
    policies = booking / "policies" / "app" / "events.sql"
    with policies.open("a", encoding="utf-8") as file:
        file.write(
            "create policy select_all on app.events for select to orgscope_user using (true);"
        )
    done = demo(booking)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [step for _, step in STEPS].index(share_endpoint) + 1
    assert [line for line in done.stdout.splitlines() if line in headings()] == headings()[:broken]
    assert "✗ Ada sees their own and nothing else" in done.stdout
    assert "every promise kept" not in done.stdout
    assert "Traceback" not in done.stderr
