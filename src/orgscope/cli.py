"""The command line: one sub-application for each noun, each in its own module."""

from __future__ import annotations

import sys
from collections import UserDict
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from orgscope.commands.failure import describe, failures

__all__ = ["COMMANDS", "app", "main"]

COMMANDS: Final = {
    "roles": "deploy:roles",
    "adopt": "adopt:adopt",
    "migrate": "deploy:migrate",
    "plan": "plan:plan",
    "drift": "deploy:drift",
    "snapshot": "snapshot:snapshot",
    "init": "deploy:init",
    "revision": "deploy:revision",
    "version": "deploy:version",
    "serve": "serve:serve",
    "worker": "worker:worker",
    "feed": "feed:feed",
    "backfill": "backfill:backfill",
    "reconcile": "reconcile:reconcile",
    "status": "status:status",
    "trace": "trace:trace",
    "erase": "erase:erase",
    "rebuild": "rebuild:rebuild",
    "doctor": "doctor:doctor",
    "explain-cost": "explain_cost:explain_cost",
    "lint": "lint:lint",
    "isolation": "isolation:app",
    "policy": "policy:app",
    "keys": "keys:app",
    "dev": "dev:app",
    "inbox": "inbox:app",
    "sync": "sync:app",
}
"""Each command, or sub-application: its module in ``orgscope.commands``, and its name there."""


class _Commands(UserDict[str, Any]):
    """The table; an entry is imported when it is asked for, because all of them take seconds."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = super().__getitem__(name).partition(":")
        found = getattr(import_module(f"orgscope.commands.{module}"), attribute)
        parent = typer.Typer()
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=name)
        else:
            parent.command(name)(found)
        return get_group(parent).commands[name]

    def get(self, name: str, default: Any = None) -> Any:
        # The inherited one takes a KeyError while a module is imported for a name that is unknown.
        if name not in self:
            return default
        return self[name]


class _LazyGroup(TyperGroup):
    """A group that looks up its commands in the table, and the names for a misspelt one as well."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands(COMMANDS)

    def list_commands(self, ctx: Any) -> list[str]:
        return [*self.commands]  # typer's own would import each, to complete the name of one


# Without a callback Typer refuses an application that has no command of its own.
app = typer.Typer(
    cls=_LazyGroup,
    callback=lambda: None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run; an error of orgscope, its settings or the database is one message and exit code 1."""
    try:
        app()
    except failures() as error:
        typer.echo(f"orgscope: {describe(error)}", err=True)
        sys.exit(1)
