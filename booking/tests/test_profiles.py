"""Profiles follow the mirror, and what a person wrote stays theirs."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from booking.demo.cast import Cast, Person


def profile(cast: Cast, person: Person) -> tuple[Any, ...] | None:
    """Return what the practice sees of the person's profile."""
    with cast.login("admin") as connection:
        connection.execute("select authz.begin_privileged('test: read a profile')")
        row: tuple[Any, ...] | None = connection.execute(
            "select first_name, about, withdrawn_at is not null from app.profiles "
            "where org_id = %s and user_id = %s",
            (person.org_id, person.user_id),
        ).fetchone()
    return row


def write_about(cast: Cast, person: Person, about: str) -> None:
    with cast.login("api") as connection:
        connection.execute("select authz.begin(%s)", (person.token,))
        connection.execute(
            "update app.profiles set about = %s where user_id = authz.user_id()", (about,)
        )


def test_profile__membership_created__made_from_the_mirror(cast: Cast) -> None:
    assert profile(cast, cast.ada) == ("Ada", None, False)


def test_profile__user_updated__names_follow_and_own_words_stay(cast: Cast) -> None:
    write_about(cast, cast.ada, "Mathematics")
    cast.stack.world.update_user(cast.ada.user_id, first_name="Augusta")
    cast.stack.quiesce()
    assert profile(cast, cast.ada) == ("Augusta", "Mathematics", False)


def test_profile__membership_deactivated_and_back__withdrawn_and_back(cast: Cast) -> None:
    write_about(cast, cast.ada, "Mathematics")
    cast.stack.world.deactivate(cast.ada.membership_id)
    cast.stack.quiesce()
    assert profile(cast, cast.ada) == ("Ada", "Mathematics", True)
    cast.stack.world.reactivate(cast.ada.membership_id)
    cast.stack.quiesce()
    assert profile(cast, cast.ada) == ("Ada", "Mathematics", False)


def test_profile__user_deleted__withdrawn(cast: Cast) -> None:
    cast.stack.world.delete_user(cast.ada.user_id)
    cast.stack.quiesce()
    row = profile(cast, cast.ada)
    assert row is not None
    assert row[2] is True


def test_profile__colleague__cannot_be_written(cast: Cast) -> None:
    with cast.login("api") as connection:
        connection.execute("select authz.begin(%s)", (cast.bob.token,))
        cursor = connection.execute(
            "update app.profiles set about = 'x' where user_id <> authz.user_id()"
        )
        assert cursor.rowcount == 0


def test_profile__member_keeps_own_row_locked__is_removed_all_the_same(cast: Cast) -> None:
    with cast.login("api") as holder:
        holder.execute("select authz.begin(%s)", (cast.ada.token,))
        holder.execute(
            "update app.profiles set about = 'mine' where user_id = authz.user_id()",
        )
        cast.stack.world.delete_membership(cast.ada.membership_id)
        cast.stack.quiesce()
        with (
            cast.login("api") as second,
            pytest.raises(psycopg.Error) as refused,
        ):
            second.execute("select authz.begin(%s)", (cast.ada.token,))
        assert refused.value.sqlstate == "WS313"
        holder.rollback()
    with cast.login("dba") as dba:
        key = f'app.sync_profile:["{cast.ada.org_id}","{cast.ada.user_id}"]'
        assert dba.execute(
            "select left(error, 5) from sync.tasks where kind = 'hook' and key = %s", (key,)
        ).fetchall() == [("55P03",)]
    with cast.login("sync") as sync:
        sync.execute("select app.sync_profile(%s, %s)", (cast.ada.org_id, cast.ada.user_id))
    row = profile(cast, cast.ada)
    assert row is not None
    assert row[2] is True
