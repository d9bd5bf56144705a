"""``orgscope rebuild``: prove that the mirror is what the events of the inbox say."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any, Final

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import count, print_table, words
from orgscope.connection import url_parts
from orgscope.db import Database
from orgscope.errors import ConfigurationError
from orgscope.isolation.clone.local import deployed
from orgscope.settings import Settings
from orgscope.sync.comparison import Difference
from orgscope.sync.rebuild import Rebuilt
from orgscope.sync.rebuild import rebuild as rebuild_mirror

__all__ = ["rebuild"]

_DIFFERS: Final = 3
_COLUMNS: Final = ("family", "same", "read", "erased", "purged", "different")


def rebuild(
    *,
    reason: Annotated[str, typer.Option(help="Why the inbox is read; audit.contexts keeps it.")],
    into: Annotated[
        str | None,
        typer.Option(
            metavar="DSN",
            help="An empty, deployed database, such as postgresql://host/name, for the logins of "
            "the settings. Without it: a temporary one.",
        ),
    ] = None,
    shuffle: Annotated[
        int | None,
        typer.Option(
            metavar="SEED", help="Apply the events in another order; the same for a seed."
        ),
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Apply every event of the inbox again, elsewhere, and compare the mirrors row for row.

    Changes nothing here. Exit code 0: they are equal. 3: they differ; ids and fields are named,
    never what is in them. 1: it could not be done. Needs ORGSCOPE_ADMIN_URL.
    """
    settings, found = opened(project)
    url_parts(settings, "admin")
    given: AbstractContextManager[Settings] = (
        deployed(found) if into is None else nullcontext(_settings_into(into, settings))
    )
    with given as target:
        rebuilt = asyncio.run(_rebuild(settings, target, reason, shuffle))
    _print(rebuilt, shuffle)
    raise typer.Exit(0 if rebuilt.equal else _DIFFERS)


async def _rebuild(settings: Settings, target: Settings, reason: str, seed: int | None) -> Rebuilt:
    async with Database(settings) as original, Database(target) as empty:
        return await rebuild_mirror(
            original, empty, reason=reason, seed=seed, on_difference=_print_difference
        )


def _settings_into(dsn: str, settings: Settings) -> Settings:
    """Return the settings with the logins of sync and admin in the database of ``dsn``.

    Raises ConfigurationError when it is none or holds a password; the message does not show it.
    """
    try:
        parts: dict[str, Any] = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        parts = {}
    if not parts.get("dbname") or not {"user", "password"}.isdisjoint(parts):
        raise ConfigurationError(
            "--into is refused: expected postgresql://host:port/database, without user and "
            "password. Those of ORGSCOPE_SYNC_URL and ORGSCOPE_ADMIN_URL are used."
        )
    return settings.model_copy(
        update={
            f"{login}_url": SecretStr(make_conninfo(settings.url(login), **parts))
            for login in ("sync", "admin")
        }
    )


def _print_difference(one: Difference) -> None:
    typer.echo(f"different: {one.family} {one.object_id} ({', '.join(one.fields)})")


def _print(rebuilt: Rebuilt, seed: int | None) -> None:
    order = "in the order received" if seed is None else f"shuffled by {seed}"
    events = count(rebuilt.outcomes.total(), "event")
    typer.echo(f"{events} applied again, {order}: {words(rebuilt.outcomes) or 'nothing'}")
    if rebuilt.erased:
        typer.echo(f"{count(rebuilt.erased, 'event')} left out: erased")
    print_table(
        [name if name != "read" else "brought by a read" for name in _COLUMNS],
        [[getattr(one, name) for name in _COLUMNS] for one in rebuilt.families],
    )
    typer.echo("equal" if rebuilt.equal else "the mirror is not what its events say")
