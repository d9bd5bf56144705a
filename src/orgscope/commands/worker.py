"""``orgscope worker``: do what has to be done on schedule."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import typer

from orgscope.commands.options import ProjectOption, opened
from orgscope.worker import run_jobs, run_once

__all__ = ["worker"]


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Run each job once, and exit with 1 when one failed.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Run the heartbeat, retention, signing keys and seal key on schedule, until SIGTERM.

    Needs ORGSCOPE_KEYS_URL and WORKOS_CLIENT_ID. Several workers may run at once.
    """
    settings, _ = opened(project)
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # It would log the URL of every call.
    if not once:
        asyncio.run(run_jobs(settings))
        return
    failed = asyncio.run(run_once(settings))
    raise typer.Exit(1 if failed else 0)
