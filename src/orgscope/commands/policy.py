"""``orgscope policy``: explain policies, and make them."""

from __future__ import annotations

import typer

from orgscope.commands.policy_explain import explain

__all__ = ["app"]

app = typer.Typer(help="Explain policies, and make them.", no_args_is_help=True)
app.command()(explain)


@app.callback()
def policy() -> None:
    """Explain policies, and make them."""
