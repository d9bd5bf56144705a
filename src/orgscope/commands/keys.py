"""``orgscope keys``: the signing keys that the database trusts, and the key that seals contexts."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import httpx2
import typer

from orgscope import keys
from orgscope.commands.options import ProjectOption, opened

__all__ = ["app"]

app = typer.Typer(
    name="keys",
    help="The signing keys that the database trusts, and its seal key.",
    no_args_is_help=True,
)

_MINUTE: Final = "%Y-%m-%d %H:%M"


@app.command("sync")
def sync(project: ProjectOption = None) -> None:
    """Fetch the keys from WorkOS, add new ones, and withdraw what it has not served for an hour."""
    settings, _ = opened(project)

    async def run() -> list[keys.KeyOutcome]:
        async with httpx2.AsyncClient() as http_client:
            return await keys.sync_keys(settings, http_client)

    outcomes = asyncio.run(run())
    for one in outcomes:
        typer.echo(f"{one.kid}  {one.outcome}")
    if any(one.outcome == "missing" for one in outcomes):
        typer.echo(
            "WorkOS does not serve what is missing. After an hour it is withdrawn, until it is "
            "served again. To refuse it at once and for good: orgscope keys retire."
        )


@app.command("list")
def list_(project: ProjectOption = None) -> None:
    """Show every key, also those whose tokens are refused."""
    settings, _ = opened(project)
    found = asyncio.run(keys.list_keys(settings))
    for one in found:  # No table: a kid that is cut off cannot be retired.
        typer.echo(f"{one.kid}  {one.bits} bits  added {one.added_at:{_MINUTE}}{_state(one)}")
    if any(one.pinned for one in found):
        typer.echo("Keys are pinned: new ones are refused.")


@app.command("pin")
def pin(
    off: Annotated[bool, typer.Option("--off", help="Accept new keys again.")] = False,
    project: ProjectOption = None,
) -> None:
    """Refuse new keys from now on."""
    settings, _ = opened(project)
    asyncio.run(keys.pin_keys(settings, pinned=not off))
    typer.echo("New keys are accepted." if off else "New keys are refused.")


@app.command("retire")
def retire(
    kid: Annotated[str, typer.Argument(help="The id of the key.")],
    project: ProjectOption = None,
) -> None:
    """Refuse every token that a key signed, for good."""
    settings, _ = opened(project)
    if not asyncio.run(keys.retire_key(settings, kid)):
        typer.echo("There is no such live key. See orgscope keys list.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{kid}  retired")


@app.command("rotate-seal")
def rotate_seal(project: ProjectOption = None) -> None:
    """Make a new key to seal contexts with: after a clone or a restore, or when one leaked."""
    settings, _ = opened(project)
    kid = asyncio.run(keys.rotate_seal_key(settings))
    typer.echo(f"Seal key {kid} is new; open transactions keep the one before it.")


def _state(key: keys.SigningKey) -> str:
    if key.retired_at is not None:
        return f"  {'withdrawn' if key.withdrawn else 'retired'} {key.retired_at:{_MINUTE}}"
    return f"  missing since {key.missing_since:{_MINUTE}}" if key.missing_since else ""
