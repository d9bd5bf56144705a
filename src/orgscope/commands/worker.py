"""``orgscope worker``: do what has to be done on schedule."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import typer

from orgscope.commands.options import ProjectOption, opened
from orgscope.worker import JobName, run_jobs, run_once

__all__ = ["worker"]


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Run each job once, and exit with 1 when one failed.")
    ] = False,
    job: Annotated[
        list[JobName] | None,
        typer.Option("--job", help="With --once: only this job; repeat for more."),
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Keep the mirror and the keys up to date, until SIGTERM.

    Feed, tasks, backfill and reconcile need ORGSCOPE_SYNC_URL and WORKOS_API_KEY; heartbeat,
    signing keys, seal key and retention need ORGSCOPE_KEYS_URL and WORKOS_CLIENT_ID. Several
    workers may run at once.
    """
    if job and not once:
        raise typer.BadParameter(f"--job goes with --once, and picks of {', '.join(JobName)}.")
    settings, _ = opened(project)
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # It would log the URL of every call.
    if not once:
        asyncio.run(run_jobs(settings))
        return
    failed = asyncio.run(run_once(settings, names=job or ()))
    raise typer.Exit(1 if failed else 0)
