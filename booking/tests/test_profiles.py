"""Profiles follow the mirror, and what a person wrote stays theirs."""

from __future__ import annotations

from typing import Any

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
