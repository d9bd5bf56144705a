"""Hooks of projects: whatever happens in one, the mirror goes on and the hook is not forgotten."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from orgscope.repeatable_files import render
from tests.database import Database, member, unique, user
from tests.sql.sync.erasing import erase
from tests.sql.sync.mirror import Mirror

NOTES = """
create schema extra authorization orgscope_owner;
grant usage, create on schema extra to orgscope_definer;
set role orgscope_owner;
create table extra.notes (user_id text primary key, about text, lock_timeout text);
grant all on extra.notes to orgscope_definer;
reset role;
set role orgscope_definer;
create function extra.tg__note() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform sync.run_hook(hook, new.id) from unnest(array[%(hooks)s]) as hook;
  return null;
end
$$;
grant execute on function extra.tg__note() to orgscope_owner;
%(functions)s
reset role;
set role orgscope_owner;
create trigger _500_note after insert or update on workos.users
for each row execute function extra.tg__note();
reset role;
"""
FUNCTION = """
create function extra.{name}(user_id text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin {body} end $$;
"""
NOTE = """
insert into extra.notes as n values ($1, 'seen', current_setting('lock_timeout'))
on conflict on constraint notes_pkey
do update set about = excluded.about, lock_timeout = excluded.lock_timeout;
"""


def install(mirror: Mirror, hooks: str, *bodies: str) -> None:
    """Make a trigger that runs hooks, and functions extra.hook_1 … with these bodies."""
    functions = "".join(
        FUNCTION.format(name=f"hook_{number}", body=body) for number, body in enumerate(bodies, 1)
    )
    script = NOTES % {"hooks": hooks, "functions": functions}
    mirror.database.admin.execute(render(script, mirror.database.settings.role_prefix).encode())


def notes(mirror: Mirror) -> list[tuple[Any, ...]]:
    return mirror.database.rows("select user_id, about from extra.notes")


def task(mirror: Mirror) -> tuple[Any, ...]:
    [found] = mirror.database.rows("select kind, key, error from sync.tasks")
    return found


def queued(hook: str, *arguments: str | None) -> tuple[str, str]:
    """Return kind and key of the task that runs a hook again."""
    return "hook", f"{hook}:{json.dumps(arguments, separators=(',', ':'), ensure_ascii=False)}"


@contextmanager
def locked(database: Database, query: str, *parameters: Any) -> Iterator[psycopg.Connection[Any]]:
    """Hold locks in an open transaction, as a tenant that does not commit."""
    with database.connect("dba", autocommit=False) as holder:
        holder.execute(query, parameters)
        yield holder
        holder.rollback()


def test_run_hook__works__done_with_the_mirror(mirror: Mirror) -> None:
    install(mirror, "'extra.hook_1'", NOTE)
    data = user(unique("user"))
    assert mirror.receive("user.created", data) == "applied"
    assert notes(mirror) == [(data["id"], "seen")]
    assert mirror.tasks() == set()


def test_run_hook__row_locked_by_a_tenant__mirror_commits_and_hook_is_queued(
    mirror: Mirror,
) -> None:
    install(mirror, "'extra.hook_1'", NOTE)
    data = user(unique("user"))
    mirror.receive("user.created", data)
    # Where the hook waits as long as the tenant likes, the test must end all the same.
    mirror.connection.execute("set lock_timeout = '3s'")
    with locked(mirror.database, "select from extra.notes for update"):
        assert mirror.receive("user.deleted", data) == "applied"
        assert mirror.is_dead("workos.users", data["id"])
    kind, key, error = task(mirror)
    assert (kind, key) == queued("extra.hook_1", data["id"])
    assert error.startswith("55P03 ")
    assert mirror.database.rows("select status from sync.inbox") == [("applied",)] * 2


@pytest.mark.parametrize(
    ("body", "sqlstate"),
    [
        ("raise exception 'broken';", "P0001"),
        ("assert false;", "P0004"),
        ("raise exception using errcode = '40P01';", "40P01"),
        ("raise exception using errcode = '57P01';", "57P01"),
        ("raise exception using errcode = 'XX001';", "XX001"),
    ],
)
def test_run_hook__any_error__mirror_commits_and_hook_is_queued(
    mirror: Mirror, body: str, sqlstate: str
) -> None:
    install(mirror, "'extra.hook_1', 'extra.hook_2'", NOTE + body, NOTE)
    data = user(unique("user"))
    assert mirror.receive("user.created", data) == "applied"
    assert task(mirror)[:2] == queued("extra.hook_1", data["id"])
    assert task(mirror)[2].startswith(f"{sqlstate} ")
    assert notes(mirror) == [(data["id"], "seen")], "the other hook is not touched"


@pytest.mark.parametrize("hook", ["extra.no_such", "", "extra.hook_1(text)", "pg_sleep"])
def test_run_hook__no_such_function__mirror_commits_and_hook_is_queued(
    mirror: Mirror, hook: str
) -> None:
    install(mirror, f"'{hook}'")
    data = user(unique("user"))
    assert mirror.receive("user.created", data) == "applied"
    assert task(mirror)[:2] == queued(hook, data["id"])


def test_run_hook__name_with_more_in_it__never_run(mirror: Mirror) -> None:
    install(mirror, "'extra.hook_1(''x''); delete from workos.users; --'", NOTE)
    data = user(unique("user"))
    assert mirror.receive("user.created", data) == "applied"
    assert notes(mirror) == []
    assert mirror.row("workos.users", data["id"]) is not None


def test_run_hook__hooks_of_one_statement__share_the_time_to_wait(mirror: Mirror) -> None:
    install(mirror, "'extra.hook_1', 'extra.hook_2'", NOTE + "perform pg_sleep(0.3);", NOTE)
    data = user(unique("user"))
    mirror.receive("user.created", data)
    assert mirror.database.rows("select lock_timeout from extra.notes") == [("1ms",)]


@pytest.mark.parametrize("body", [NOTE, "raise exception 'broken';"])
def test_run_hook__ended__lock_timeout_is_the_callers_again(mirror: Mirror, body: str) -> None:
    install(mirror, "'extra.hook_1'", body)
    mirror.connection.execute("set lock_timeout = '4321ms'")
    with mirror.connection.transaction():
        mirror.receive("user.created", user(unique("user")))
        assert mirror.connection.execute("show lock_timeout").fetchone() == ("4321ms",)
    assert mirror.connection.execute("show lock_timeout").fetchone() == ("4321ms",)


def test_run_hook__arguments__passed_as_they_are(mirror: Mirror) -> None:
    mirror.database.admin.execute(
        "create function public.join_texts(one text, other text) returns void language plpgsql "
        "as $$ begin raise exception '<%>', concat_ws('|', one, other); end $$"
    )
    mirror.database.admin.execute(
        "select sync.run_hook('public.join_texts', %s, %s)", ("a'b", "$1\\")
    )
    assert task(mirror) == (
        *queued("public.join_texts", "a'b", "$1\\"),
        "P0001 <a'b|$1\\>",
    )


def test_run_hook__member_removed_while_many_rows_are_locked__all_queued(mirror: Mirror) -> None:
    install(mirror, "'extra.hook_1'", NOTE)
    people = [user(unique("user")) for _ in range(3)]
    for one in people:
        mirror.receive("user.created", one)
        mirror.receive("organization_membership.created", member(one["id"], "org_1"))
    mirror.connection.execute("set lock_timeout = '3s'")
    with locked(mirror.database, "select from extra.notes for update"):
        for one in people:
            assert mirror.receive("user.deleted", one) == "applied"
    assert {queued("extra.hook_1", one["id"]) for one in people} <= mirror.tasks()


PAIR = """
create schema extra;
grant usage on schema extra to orgscope_definer;
create table extra.pairs (one text, other text);
create table extra.gate (is_open boolean);
grant all on extra.pairs, extra.gate to orgscope_definer;
create function extra.pair(one text, other text) returns void language plpgsql as $$
begin
  if not exists (select from extra.gate) then raise exception 'not now'; end if;
  insert into extra.pairs values (one, other);
end
$$;
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("org_1", "user_1"),
        ("org_1:admin", "user_1"),
        (None, "user_1"),
        ("user_1", None),
        ("", 'a "b" \\ [c], \n é'),
    ],
)
def test_run_queued_hook__any_arguments__those_of_the_first_call(
    mirror: Mirror, arguments: tuple[str | None, str | None]
) -> None:
    admin = mirror.database.admin
    admin.execute(render(PAIR, mirror.database.settings.role_prefix).encode())
    with admin.transaction():
        admin.execute("set local role orgscope_definer")
        admin.execute("select sync.run_hook('extra.pair', %s, %s)", arguments)
    [key] = [key for kind, key in mirror.tasks() if kind == "hook"]
    assert ("hook", key) == queued("extra.pair", *arguments)
    admin.execute("insert into extra.gate values (true)")
    mirror.connection.execute("select sync.run_queued_hook(%s)", (key,))
    assert mirror.database.rows("select one, other from extra.pairs") == [arguments]


def test_run_hook__person_is_erased__their_hook_is_gone(mirror: Mirror) -> None:
    install(mirror, "'extra.no_such'")
    people = [user(unique("user")) for _ in range(2)]
    for one in people:
        mirror.receive("user.created", one)
    erase(mirror, "user", people[0]["id"], False)
    assert mirror.tasks() == {queued("extra.no_such", people[1]["id"])}
