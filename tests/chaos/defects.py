"""Planted defects: what chaos must find. Each is SQL that the superuser runs on one database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import psycopg

__all__ = ["DEFECTS", "plant"]


def _replace(function: str, *pieces: tuple[str, str]) -> Callable[[psycopg.Connection[Any]], None]:
    """Return what replaces pieces of a function's body, each by another."""

    def change(admin: psycopg.Connection[Any]) -> None:
        [(definition,)] = admin.execute(
            "select pg_get_functiondef(%s::regprocedure)", (function,)
        ).fetchall()
        for old, new in pieces:
            if old not in definition:
                raise ValueError(f"{function} does not hold {old!r}: mend this defect")
            definition = definition.replace(old, new)
        admin.execute(definition)

    return change


def _run(statements: str) -> Callable[[psycopg.Connection[Any]], None]:
    def change(admin: psycopg.Connection[Any]) -> None:
        admin.execute(statements)

    return change


_HARD_DELETES: Final = """
    create function public.delete_hard() returns trigger language plpgsql security definer as $$
    begin
      execute format('delete from %s where id = $1', tg_relid::regclass) using new.id;
      return null;
    end $$;
    create trigger _900_delete_hard after insert or update on workos.organization_memberships
    for each row when (new.deleted_at is not null) execute function public.delete_hard();
    create trigger _900_delete_hard after insert or update on workos.users
    for each row when (new.deleted_at is not null) execute function public.delete_hard();
"""
_WEBHOOK_MOVES_CURSOR: Final = """
    create function public.move_cursor() returns trigger language plpgsql security definer as $$
    begin
      update sync.feeds set cursor_id = new.id where cursor_id < new.id;
      return null;
    end $$;
    create trigger _900_move_cursor after insert on sync.inbox
    for each row when (new.source = 'webhook') execute function public.move_cursor();
"""
_ACTIVE_ONLY: Final = """
    update sync.families set list_paths = array[
      '/user_management/organization_memberships?organization_id={id}'
    ] where name = 'organization_membership'
"""

DEFECTS: Final[dict[str, Callable[[psycopg.Connection[Any]], None]]] = {
    "the later arrival wins": _replace(
        "sync.tg__keep_newest()",
        ("new.source_updated_at < old.source_updated_at", "false"),
        (
            "new.source_updated_at > old.source_updated_at",
            "new.source_updated_at <> old.source_updated_at",
        ),
    ),
    "no tombstone": _run(_HARD_DELETES),
    "a webhook moves the cursor": _run(_WEBHOOK_MOVES_CURSOR),
    "no cascade": _replace("sync.tg__cascade_delete()", ("\nbegin\n", "\nbegin\n  return null;\n")),
    "statuses are left out of the list": _run(_ACTIVE_ONLY),
}
"""What is wrong, and how it is made wrong."""


def plant(defect: str, admin: psycopg.Connection[Any]) -> None:
    """Make a database wrong for good. Raises ValueError when the code is not as the defect says."""
    DEFECTS[defect](admin)
