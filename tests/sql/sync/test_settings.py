"""What the functions of sync do with settings of the session, and the session's with them."""

import json
from typing import Any, LiteralString

import psycopg
import pytest

from orgscope.errors import EventMalformed
from tests.database import Database, event, member, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.mirror import EPOCH, Mirror

SETTINGS: LiteralString = "select name, setting from pg_settings order by name"
# What a caller may have set otherwise than our functions need it.
ODD = {
    "search_path": "public",
    "row_security": "off",
    "TimeZone": "Asia/Kathmandu",
    "DateStyle": "SQL, DMY",
    "lock_timeout": "4321",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "escape_string_warning": "off",
    "synchronous_commit": "off",
}


def settings_of(connection: psycopg.Connection[Any]) -> dict[str, str]:
    return {name: value for name, value in connection.execute(SETTINGS) if value is not None}


@pytest.mark.parametrize("odd", [{}, ODD], ids=["defaults", "odd"])
def test_functions__any_outcome__caller_keeps_its_settings(
    mirror: Mirror, odd: dict[str, str]
) -> None:
    made_up_family.install(mirror.database)
    for name, value in odd.items():
        mirror.connection.execute("select set_config(%s, %s, false)", (name, value))
    mirror.connection.execute("do 'begin end'")  # the language's own settings come with it
    before = settings_of(mirror.connection)
    person = user(unique("user"))
    changes: list[tuple[str, dict[str, Any]]] = [
        ("user.created", person),
        ("user.updated", person),
        ("organization_membership.created", member(person["id"], "org_1")),
        ("user.updated", {**person, "email_verified": "perhaps", "first_name": "tie"}),
        ("user.deleted", {**person, "created_at": 5}),
        ("user.created", {}),
        ("no.such.created", {}),
    ]
    seen = []
    for type_, data in changes:
        body = json.dumps(event(type_, data, id=unique("event")))
        for _ in range(2):
            with mirror.connection.transaction():
                seen.append(mirror.receive_body(body))
                within = settings_of(mirror.connection)
            assert {**within, "synchronous_commit": before["synchronous_commit"]} == before
            assert settings_of(mirror.connection) == before
    assert set(seen) == {"applied", "stale", "duplicate", "failed", "ignored"}
    mirror.read("user", user(unique("user"), created_at=5), EPOCH)
    with pytest.raises(EventMalformed):
        mirror.receive_body("[]")
    badge = {"id": "badge_1", "updated_at": person["updated_at"], "sqlstate": "40001"}
    with pytest.raises(psycopg.errors.SerializationFailure):
        mirror.receive("shop.badge.created", badge)
    mirror.connection.execute("select sync.queue_task('refetch', 'user:user_1')")
    assert settings_of(mirror.connection) == before


@pytest.mark.parametrize(("set_to", "during"), [("off", "on"), ("local", "local"), ("on", "on")])
def test_receive_event__synchronous_commit__never_off_where_it_is_acknowledged(
    mirror: Mirror, set_to: str, during: str
) -> None:
    def commits() -> tuple[Any, ...] | None:
        return mirror.connection.execute("show synchronous_commit").fetchone()

    mirror.connection.execute("select set_config('synchronous_commit', %s, false)", (set_to,))
    with mirror.connection.transaction():
        mirror.receive("user.created", user(unique("user")))
        assert commits() == (during,)
    assert commits() == (set_to,)


@pytest.mark.parametrize("login", ["sync", "keys"])
def test_login__its_settings__bound_statements_locks_and_idle_transactions(
    database: Database, login: str
) -> None:
    with database.connect(login) as connection:
        assert connection.execute(
            "select current_setting('statement_timeout'), current_setting('lock_timeout'), "
            "current_setting('idle_in_transaction_session_timeout')"
        ).fetchone() == ("30s", "5s", "30s")
