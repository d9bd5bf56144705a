"""Planted defects: what chaos must find. Each is SQL that the superuser runs, and takes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from tests.chaos.bench import Bench
from tests.chaos.plan import Plan
from tests.chaos.tally import Finding

__all__ = ["DEFECTS", "Catch", "catch"]


Planted = Callable[[psycopg.Connection[Any]], AbstractContextManager[None]]
"""Makes a database wrong for the length of a block."""


def _replace(function: str, *pieces: tuple[str, str]) -> Planted:
    """Return what replaces pieces of a function's body, each by another."""

    @contextmanager
    def planted(admin: psycopg.Connection[Any]) -> Iterator[None]:
        [(sound,)] = admin.execute(
            "select pg_get_functiondef(%s::regprocedure)", (function,)
        ).fetchall()
        wrong = sound
        for old, new in pieces:
            if old not in wrong:
                raise ValueError(f"{function} does not hold {old!r}: mend this defect")
            wrong = wrong.replace(old, new)
        admin.execute(wrong)
        try:
            yield
        finally:
            admin.execute(sound)

    return planted


def _run(statements: str, undo: str) -> Planted:
    @contextmanager
    def planted(admin: psycopg.Connection[Any]) -> Iterator[None]:
        admin.execute(statements)
        try:
            yield
        finally:
            admin.execute(undo)

    return planted


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
_STATUSES: Final = "&statuses=active,inactive,pending"
_ACTIVE_ONLY: Final = f"""
    update sync.families set list_paths = array[replace(list_paths[1], '{_STATUSES}', '')]
    where name = 'organization_membership'
"""
_EVERY_STATUS: Final = f"""
    update sync.families set list_paths = array[list_paths[1] || '{_STATUSES}']
    where name = 'organization_membership'
"""
_FIELD_IS_KEPT: Final = """
    create function public.keep_field() returns trigger language plpgsql as $$
    begin
      new.raw := new.raw || jsonb_build_object(tg_argv[0], old.raw -> tg_argv[0]);
      return new;
    end $$;
    create trigger _900_keep_field before update on workos.{table} for each row
    when (new.origin in ('webhook', 'feed') and new.deleted_at is null and old.raw ? '{name}')
    execute function public.keep_field('{name}');
"""


def _keep(table: str, name: str) -> Planted:
    """Return what lets no event change a field."""
    return _run(
        _FIELD_IS_KEPT.format(table=table, name=name), "drop function public.keep_field() cascade"
    )


DEFECTS: Final[dict[str, Planted]] = {
    "guard >=": _replace(
        "sync.tg__keep_newest()",
        (
            "new.source_updated_at > old.source_updated_at",
            "new.source_updated_at >= old.source_updated_at",
        ),
    ),
    "the later arrival wins": _replace(
        "sync.tg__keep_newest()",
        ("new.source_updated_at < old.source_updated_at", "false"),
        (
            "new.source_updated_at > old.source_updated_at",
            "new.source_updated_at <> old.source_updated_at",
        ),
    ),
    "no tombstone": _run(_HARD_DELETES, "drop function public.delete_hard() cascade"),
    "a webhook moves the cursor": _run(
        _WEBHOOK_MOVES_CURSOR, "drop function public.move_cursor() cascade"
    ),
    "no cascade": _replace("sync.tg__cascade_delete()", ("\nbegin\n", "\nbegin\n  return null;\n")),
    "statuses are left out of the list": _run(_ACTIVE_ONLY, _EVERY_STATUS),
    "no event changes the state of an invitation": _keep("invitations", "state"),
    "no event changes the name of a role": _keep("roles", "name"),
}
"""What is wrong, and how it is made wrong. The first is the guard by time as most would write it:
of two versions of one time the one that comes last wins, and nobody notices that there were two."""


@dataclass(frozen=True, slots=True)
class Catch:
    """A history that fails with a defect and, unless ``anyway`` says how, not without."""

    number: int
    finding: Finding
    anyway: tuple[Finding, ...] = ()


def catch(defect: str, bench: Bench, plans: Iterable[Plan]) -> Catch | None:
    """Return the first of the histories that a planted defect makes fail, or None.

    A history counts only if it is clean without the defect. Raises ValueError when the code is not
    as the defect says.
    """
    for plan in plans:
        with DEFECTS[defect](bench.admin):
            findings = bench.play(plan).findings
        if findings:
            return Catch(plan.number, findings[0], tuple(bench.play(plan).findings))
    return None
