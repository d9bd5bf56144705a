"""Profiles follow the mirror, and what a person wrote stays theirs."""

from __future__ import annotations

from typing import Any

import pytest

from orgscope.errors import MembershipInactive
from orgscope.testing import Database, user

ADA = ("user_01ADA", "org_01ANALYTICAL")
WRITE_ABOUT = "update app.profiles set about = 'Mathematics' where user_id = authz.user_id()"


@pytest.fixture(autouse=True)
def membership(orgscope_database: Database) -> dict[str, Any]:
    """Ada's membership, and with it her profile."""
    return orgscope_database.add_member(*ADA)


@pytest.fixture
def words(orgscope_database: Database) -> None:
    """What Ada wrote about herself."""
    with orgscope_database.act_as(*ADA, commit=True) as ada:
        ada.execute(WRITE_ABOUT)


def profile(database: Database) -> tuple[Any, ...]:
    """Return what an administrator sees of Ada's profile."""
    with database.act_as_admin(reason="test: read a profile") as admin:
        [row] = admin.rows(
            "select first_name, about, withdrawn_at is not null from app.profiles"
            " where user_id = %s and org_id = %s",
            ADA,
        )
    return row


def test_profile__membership_created__made_from_the_mirror(
    orgscope_database: Database,
) -> None:
    assert profile(orgscope_database) == ("Ada", None, False)


def test_profile__user_updated__names_follow_and_own_words_stay(
    orgscope_database: Database, words: None
) -> None:
    orgscope_database.change(user("user_01ADA"), first_name="Augusta")
    assert profile(orgscope_database) == ("Augusta", "Mathematics", False)


def test_profile__membership_deactivated_and_back__withdrawn_and_back(
    orgscope_database: Database, membership: dict[str, Any], words: None
) -> None:
    inactive = orgscope_database.change(membership, status="inactive")
    assert profile(orgscope_database) == ("Ada", "Mathematics", True)
    orgscope_database.change(inactive, status="active")
    assert profile(orgscope_database) == ("Ada", "Mathematics", False)


def test_profile__membership_deactivated__own_profile_elsewhere_stays(
    orgscope_database: Database, membership: dict[str, Any]
) -> None:
    elsewhere = (ADA[0], "org_01BUILDERS")
    orgscope_database.add_member(*elsewhere)
    orgscope_database.change(membership, status="inactive")
    with orgscope_database.act_as(*elsewhere) as ada:
        ada.assert_visible("app.profiles", user_id=ADA[0], withdrawn_at=None)


def test_profile__user_deleted__withdrawn(orgscope_database: Database) -> None:
    orgscope_database.remove(user("user_01ADA"))
    assert profile(orgscope_database)[2] is True


def test_profile__colleague_and_stranger__cannot_be_written(
    orgscope_database: Database,
) -> None:
    abe, bob = ("user_01ABE", "org_01ANALYTICAL"), ("user_01BOB", "org_01BUILDERS")
    orgscope_database.add_member(*abe)
    orgscope_database.add_member(*bob)
    with orgscope_database.act_as(*abe) as colleague:
        colleague.assert_visible("app.profiles", user_id="user_01ADA")
        colleague.assert_touches_nothing(
            "update app.profiles set about = 'x' where user_id = 'user_01ADA'"
        )
    with orgscope_database.act_as(*bob) as stranger:
        stranger.assert_invisible("app.profiles", user_id="user_01ADA")
        stranger.assert_denied("delete from app.profiles")


def test_profile__member_keeps_own_row_locked__is_removed_all_the_same(
    orgscope_database: Database, membership: dict[str, Any]
) -> None:
    with orgscope_database.act_as(*ADA) as holder:
        holder.execute(WRITE_ABOUT)
        orgscope_database.remove(membership)
        with pytest.raises(MembershipInactive), orgscope_database.act_as(*ADA):
            pytest.fail("a removed member was let in")
    key = 'app.sync_profile:["org_01ANALYTICAL","user_01ADA"]'
    assert orgscope_database.rows(
        "select left(error, 5) from sync.tasks where kind = 'hook' and key = %s", (key,)
    ) == [("55P03",)]
    with orgscope_database.connect("sync") as sync:
        sync.execute("select app.sync_profile(%s, %s)", ADA[::-1])
    assert profile(orgscope_database)[2] is True
