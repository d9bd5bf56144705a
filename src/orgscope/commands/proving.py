"""What the commands share that run the isolation test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from orgscope.commands.failure import describe, failures

__all__ = ["OnlyOption", "proving"]

_UNPROVEN: Final = 2

OnlyOption = Annotated[
    list[str] | None,
    typer.Option(help="Try this table, view or function only; may be given again."),
]


@contextmanager
def proving() -> Iterator[None]:
    """End the command with exit code 2 when the block fails: then nothing was proven."""
    try:
        yield
    except failures(OSError) as error:
        said = str(error) if isinstance(error, OSError) else describe(error)
        typer.echo(f"isolation: nothing was proven: {said}", err=True)
        raise typer.Exit(_UNPROVEN) from error
