"""The command line: one sub-application for each noun, each in its own module."""

from __future__ import annotations

import sys

import psycopg
import typer
from pydantic import ValidationError

from orgscope.commands import deploy, dev, isolation, keys
from orgscope.commands.doctor import doctor
from orgscope.commands.serve import serve
from orgscope.errors import OrgscopeError

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(isolation.app, name="isolation")
app.add_typer(keys.app, name="keys")
app.add_typer(dev.app, name="dev")
for command in (
    deploy.roles,
    deploy.migrate,
    deploy.plan,
    deploy.drift,
    deploy.init,
    deploy.revision,
    deploy.version,
    serve,
    doctor,
):
    app.command()(command)


def main() -> None:
    """Run; an error of orgscope, its settings or the connection is one message and exit code 1."""
    try:
        app()
    except OrgscopeError as error:
        typer.echo(f"orgscope: {error}", err=True)
    except ValidationError as error:  # never its input, which holds passwords
        faults = (_fault(fault["loc"], fault["msg"]) for fault in error.errors())
        typer.echo(f"orgscope: {'; '.join(faults)}", err=True)
    except psycopg.OperationalError as error:
        typer.echo(f"orgscope: the database cannot be used: {error}", err=True)
    else:
        return
    sys.exit(1)


def _fault(where: tuple[int | str, ...], message: str) -> str:
    return ": ".join((*map(str, where), message.removeprefix("Value error, ")))
