"""``orgscope keys``: the signing keys that the database trusts."""

from __future__ import annotations

import asyncio
from typing import Annotated

import httpx2
import typer

from orgscope import keys
from orgscope.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    name="keys", help="The signing keys that the database trusts.", no_args_is_help=True
)


@app.command("sync")
def sync() -> None:
    """Fetch the keys from WorkOS, add new ones, and retire those that it no longer serves."""

    async def run() -> list[keys.KeyOutcome]:
        async with httpx2.AsyncClient() as http_client:
            return await keys.sync_keys(Settings(), http_client)

    for one in asyncio.run(run()):
        typer.echo(f"{one.kid}  {one.outcome}")


@app.command("list")
def list_() -> None:
    """Show every key, also the retired ones."""
    found = asyncio.run(keys.list_keys(Settings()))
    for one in found:  # No table: a kid that is cut off cannot be retired.
        retired = f"  retired {one.retired_at:%Y-%m-%d %H:%M}" if one.retired_at else ""
        typer.echo(f"{one.kid}  {one.bits} bits  added {one.added_at:%Y-%m-%d %H:%M}{retired}")
    if any(one.pinned for one in found):
        typer.echo("Keys are pinned: new ones are refused.")


@app.command("pin")
def pin(
    off: Annotated[bool, typer.Option("--off", help="Accept new keys again.")] = False,
) -> None:
    """Refuse new keys from now on."""
    asyncio.run(keys.pin_keys(Settings(), pinned=not off))
    typer.echo("New keys are accepted." if off else "New keys are refused.")


@app.command("retire")
def retire(kid: Annotated[str, typer.Argument(help="The id of the key.")]) -> None:
    """Refuse every token that a key signed, for good."""
    if not asyncio.run(keys.retire_key(Settings(), kid)):
        typer.echo("There is no such live key. See orgscope keys list.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{kid}  retired")
