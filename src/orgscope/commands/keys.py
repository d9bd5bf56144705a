"""``orgscope keys``: the signing keys that the database trusts."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import httpx2
import typer

from orgscope import keys
from orgscope.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    name="keys", help="The signing keys that the database trusts.", no_args_is_help=True
)

_MINUTE: Final = "%Y-%m-%d %H:%M"


@app.command("sync")
def sync() -> None:
    """Fetch the keys from WorkOS, add new ones, and withdraw what it has not served for an hour."""

    async def run() -> list[keys.KeyOutcome]:
        async with httpx2.AsyncClient() as http_client:
            return await keys.sync_keys(Settings(), http_client)

    outcomes = asyncio.run(run())
    for one in outcomes:
        typer.echo(f"{one.kid}  {one.outcome}")
    if any(one.outcome == "missing" for one in outcomes):
        typer.echo(
            "WorkOS does not serve what is missing. After an hour it is withdrawn, until it is "
            "served again. To refuse it at once and for good: orgscope keys retire."
        )


@app.command("list")
def list_() -> None:
    """Show every key, also those whose tokens are refused."""
    found = asyncio.run(keys.list_keys(Settings()))
    for one in found:  # No table: a kid that is cut off cannot be retired.
        typer.echo(f"{one.kid}  {one.bits} bits  added {one.added_at:{_MINUTE}}{_state(one)}")
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


def _state(key: keys.SigningKey) -> str:
    if key.retired_at is not None:
        return f"  {'withdrawn' if key.withdrawn else 'retired'} {key.retired_at:{_MINUTE}}"
    return f"  missing since {key.missing_since:{_MINUTE}}" if key.missing_since else ""
