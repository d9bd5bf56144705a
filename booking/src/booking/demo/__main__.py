"""Run the stack, tell the story, and stay up for whoever wants to try it: ``make demo``."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

from booking.demo.cast import Cast
from booking.demo.narrator import Narrator, PromiseBroken
from booking.demo.story import STEPS
from orgscope.deploy import Project
from orgscope.devstack import Stack, running_stack

SOURCE = Path(__file__).resolve().parents[2]
PROJECT = SOURCE.parent


def main() -> int:
    """Return 0 when every promise was kept; with ``ONCE`` set, do not stay up."""
    tell = Narrator()
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    tell.say("starting PostgreSQL, a local WorkOS and the booking service …")
    with stage() as stack:
        cast = Cast.enter(stack)
        for title, step in STEPS:
            with tell.step(title):
                try:
                    step(cast, tell)
                except PromiseBroken:
                    return 1
        tell.console.print(
            f"\n[bold green]{len(STEPS)} steps, every promise kept[/bold green], "
            f"in {time.monotonic() - started:.0f} s."
        )
        if not os.environ.get("ONCE"):
            _stay(stack, cast, tell)
    return 0


def stage(scratch: Path | None = None) -> AbstractContextManager[Stack]:
    """Run what the story needs within the block; ``scratch`` is where nothing of it is kept."""
    project = Project.load(PROJECT)
    return running_stack(project, "booking.app:create_app", pythonpath=SOURCE, scratch=scratch)


def _stay(stack: Stack, cast: Cast, tell: Narrator) -> None:
    tell.console.print("\n[bold]Still running; Ctrl-C ends it.[/bold]")
    tell.say(f"service       {stack.url}")
    tell.say(f"local WorkOS  {stack.workos_url}")
    tell.say("settings      booking/.orgscope/dev.env (connection URLs of every login)")
    tell.say("try           orgscope dev token --user USER --org ORG --project booking")
    tell.show(
        f"curl -s {stack.url}/api/events -H 'Authorization: Bearer TOKEN'\n"
        f"# USER={cast.ada.user_id} ORG={cast.ada.org_id}",
        "bash",
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        tell.say("bye")


if __name__ == "__main__":
    sys.exit(main())
