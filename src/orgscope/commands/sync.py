"""``orgscope sync``: read a person, an organization, or everything into the mirror, now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated

import typer

from orgscope.commands.backfill import print_busy, read_all
from orgscope.commands.mirror import open_mirror, run_to_the_end, said_by_the_command
from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import count, print_table
from orgscope.db import Database
from orgscope.settings import Settings
from orgscope.sync.memberships import sync_organization_memberships
from orgscope.sync.query import fetch_value
from orgscope.sync.synced import Synced, SyncedMembers, SyncedUser
from orgscope.sync.users import full_user_sync

__all__ = ["app"]

app = typer.Typer(help="Read from WorkOS into the mirror, now.", no_args_is_help=True)


@app.command("user")
def user(
    user_id: Annotated[str, typer.Argument(metavar="ID")], project: ProjectOption = None
) -> None:
    """Read a person, their memberships and the organizations of those.

    Exit code 1 when WorkOS has no such person, or could not be asked for all of it.
    """
    settings, _ = opened(project)
    said_by_the_command()
    found = asyncio.run(_read_user(settings, user_id))
    if found.user is not None and not found.user.found and found.user.reason is None:
        _fail(_none_of("user", found.user))
    people = () if found.user is None else (found.user,)
    print_table(
        ("family", "object", "outcome"),
        [
            *_rows("user", people),
            *_rows("organization_membership", found.memberships),
            *_rows("organization", found.organizations),
        ],
    )
    if found.reason is not None:
        _fail(f"WorkOS could not be asked for all of it ({found.reason}). Run it again.")


@app.command("org")
def org(
    org_id: Annotated[str, typer.Argument(metavar="ID")], project: ProjectOption = None
) -> None:
    """Read an organization, its members, and what else WorkOS lists for it.

    Exit code 1 when WorkOS has no such organization, or could not be asked for all of it.
    """
    settings, _ = opened(project)
    said_by_the_command()
    found = run_to_the_end(_read_org(settings, org_id))
    if found.state == "absent":
        _fail(_none_of("organization", found.organization))
    if found.state == "elsewhere":
        print_busy("backfill")
        raise typer.Exit(1)
    print_table(("family", "object", "outcome"), _rows("organization", [found.organization]))
    typer.echo(f"{count(found.listed, 'object')} listed, {count(found.applied, 'row')} changed")
    for one in found.failures:
        typer.echo(f"orgscope: {one}", err=True)
    if found.state == "unfinished":
        _fail("WorkOS could not be asked for all of it. Run it again to go on.")


@app.command("all")
def all_(project: ProjectOption = None) -> None:
    """Read everything, as orgscope backfill does."""
    settings, _ = opened(project)
    read_all(settings)


@app.command("tasks")
def tasks(project: ProjectOption = None) -> None:
    """Let the worker try everything again that failed too often."""
    settings, _ = opened(project)
    said_by_the_command()
    revived = asyncio.run(_revive(settings))
    typer.echo(f"{count(revived, 'task')} will be tried again.")


async def _revive(settings: Settings) -> int:
    async with Database(settings) as database:
        return int(await fetch_value(database, "select sync.revive_tasks()"))


async def _read_user(settings: Settings, user_id: str) -> SyncedUser:
    async with open_mirror(settings) as (database, workos):
        return await full_user_sync(database, workos, user_id)


async def _read_org(settings: Settings, org_id: str) -> SyncedMembers:
    async with open_mirror(settings) as (database, workos):
        return await sync_organization_memberships(database, workos, org_id)


def _rows(family: str, objects: Iterable[Synced]) -> list[tuple[str, object, str]]:
    return [(family, (one.payload or {}).get("id"), _outcome(one)) for one in objects]


def _outcome(one: Synced) -> str:
    if one.reason is not None:
        held = "as the mirror has it" if one.found else "unknown here"
        return f"WorkOS could not be asked ({one.reason}); {held}"
    return str(one.outcome or one.source)


def _none_of(family: str, one: Synced) -> str:
    if one.outcome is not None:
        return f"the {family} was erased here, so nothing of it is read."
    return (
        f"WorkOS has no such {family}. If the mirror has one, the worker asks again and deletes it."
    )


def _fail(said: str) -> None:
    typer.echo(f"orgscope: {said}", err=True)
    raise typer.Exit(1)
