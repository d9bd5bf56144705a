"""``orgscope erase``: take a person or an organization out of the mirror, for good."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer

from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import print_table
from orgscope.connection import url_parts
from orgscope.db import Database
from orgscope.settings import Settings
from orgscope.sync.erasure import Erasure, erase_organization, erase_user

__all__ = ["erase"]


@dataclass(frozen=True, slots=True)
class _Wish:
    user_id: str | None
    organization_id: str | None
    reason: str
    with_email: bool
    dry_run: bool


def erase(
    user_id: Annotated[str | None, typer.Argument(metavar="[USER_ID]")] = None,
    *,
    organization: Annotated[
        str | None, typer.Option(metavar="ORG_ID", help="An organization instead of a person.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; audit.contexts keeps it.")],
    with_email: Annotated[
        bool,
        typer.Option("--with-email", help="Also who has their address in a directory."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do it, report it, and take it back.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Erase a person from the mirror, its history and the inbox, and keep them out of it.

    It cannot be undone. Needs ORGSCOPE_ADMIN_URL. Erase them in WorkOS and in your own tables, too.
    """
    if (user_id is None) == (organization is None):
        raise typer.BadParameter("expected the id of a user, or --organization with its id.")
    if with_email and organization is not None:
        raise typer.BadParameter("--with-email is about a person.")
    settings, _ = opened(project)
    url_parts(settings, "admin")
    wish = _Wish(user_id, organization, reason, with_email, dry_run)
    done = [one for one in asyncio.run(_erase(settings, wish)) if one.number]
    if not done:
        typer.echo("it was erased before, and nothing was left of it")
        return
    print_table(("table", "rows", "what"), [(one.relation, one.number, one.action) for one in done])
    if dry_run:
        typer.echo("nothing was erased: that is what --dry-run is for")


async def _erase(settings: Settings, wish: _Wish) -> list[Erasure]:
    async with Database(settings) as database:
        if wish.organization_id is not None:
            return await erase_organization(
                database, wish.organization_id, reason=wish.reason, dry_run=wish.dry_run
            )
        return await erase_user(
            database,
            str(wish.user_id),
            reason=wish.reason,
            with_email=wish.with_email,
            dry_run=wish.dry_run,
        )
