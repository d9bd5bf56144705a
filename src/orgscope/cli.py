"""The command line: one sub-application for each noun, each in its own module."""

from __future__ import annotations

import sys

import typer

from orgscope.commands import deploy, dev, inbox, isolation, keys, policy, sync
from orgscope.commands.adopt import adopt
from orgscope.commands.backfill import backfill
from orgscope.commands.doctor import doctor
from orgscope.commands.erase import erase
from orgscope.commands.explain_cost import explain_cost
from orgscope.commands.failure import FAILURES, describe
from orgscope.commands.feed import feed
from orgscope.commands.lint import lint
from orgscope.commands.plan import plan
from orgscope.commands.rebuild import rebuild
from orgscope.commands.reconcile import reconcile
from orgscope.commands.serve import serve
from orgscope.commands.snapshot import snapshot
from orgscope.commands.status import status
from orgscope.commands.trace import trace
from orgscope.commands.worker import worker

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(isolation.app, name="isolation")
app.add_typer(policy.app, name="policy")
app.add_typer(keys.app, name="keys")
app.add_typer(dev.app, name="dev")
app.add_typer(inbox.app, name="inbox")
app.add_typer(sync.app, name="sync")
for command in (
    deploy.roles,
    adopt,
    deploy.migrate,
    plan,
    deploy.drift,
    snapshot,
    deploy.init,
    deploy.revision,
    deploy.version,
    serve,
    worker,
    feed,
    backfill,
    reconcile,
    status,
    trace,
    erase,
    rebuild,
    doctor,
    explain_cost,
    lint,
):
    app.command()(command)


def main() -> None:
    """Run; an error of orgscope, its settings or the database is one message and exit code 1."""
    try:
        app()
    except FAILURES as error:
        typer.echo(f"orgscope: {describe(error)}", err=True)
        sys.exit(1)
