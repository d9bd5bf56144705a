"""Each assertion passes, fails, and refuses to prove nothing."""

from __future__ import annotations

import psycopg
import pytest

from orgscope.testing import Acting, Database, ProvesNothing

FOR_ADA = """
insert into app.events (org_id, owner_id, title, duration_minutes)
values ('org_01ACME', 'user_01ADA', %s, 30)
"""
RENAME = "update app.events set title = 'Mine'"


def test_assert_visible__own_row__passes_and_another_key_fails(booking: Database) -> None:
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        ada.assert_visible("app.events", title="Visit")
        with pytest.raises(AssertionError, match="user_01ADA in org_01ACME sees no row of app"):
            ada.assert_visible("app.events", title="Another")


def test_assert_invisible__other_practice__passes(booking: Database) -> None:
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        bob.assert_invisible("app.events")
        bob.assert_invisible("app.events", title="Visit", owner_id="user_01ADA")


def test_assert_invisible__row_is_seen__fails_and_shows_no_value(booking: Database) -> None:
    with booking.act_as("user_01ABE", "org_01ACME") as abe:
        with pytest.raises(AssertionError, match="sees 1 of 1 rows of app.events") as failed:
            abe.assert_invisible("app.events", title="Visit")
    assert not isinstance(failed.value, ProvesNothing)
    assert "Visit" not in str(failed.value)


def test_assert_invisible__no_such_row__proves_nothing(booking: Database) -> None:
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        with pytest.raises(ProvesNothing, match="no row of app.events with this title"):
            bob.assert_invisible("app.events", title="Another")


def test_assert_invisible__row_not_committed__proves_nothing(booking: Database) -> None:
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        ada.execute(FOR_ADA, ("Another",))
        with booking.act_as("user_01BOB", "org_01OTHER") as bob:
            with pytest.raises(ProvesNothing, match="committed"):
                bob.assert_invisible("app.events", title="Another")


def test_assert_invisible__null_in_key__is_a_value(booking: Database) -> None:
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        bob.assert_invisible("app.profiles", user_id="user_01ADA", about=None)


def test_assert_invisible__table_may_not_be_read__fails(booking: Database) -> None:
    with booking.act_as_nobody() as nobody:
        with pytest.raises(AssertionError, match="cannot look into app.events: 42501") as failed:
            nobody.assert_invisible("app.events")
    assert not isinstance(failed.value, ProvesNothing)


def test_assert_denied__row_for_somebody_else__passes(booking: Database) -> None:
    with booking.act_as("user_01ABE", "org_01ACME") as abe:
        abe.assert_denied(FOR_ADA, ("Another",))
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        bob.assert_denied(FOR_ADA, ("Another",))


def test_assert_denied__nobody__passes(booking: Database) -> None:
    with booking.act_as_nobody() as nobody:
        nobody.assert_denied("select from app.events")


def test_assert_denied__no_context__is_of_class_ws3(booking: Database) -> None:
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        bob.execute("select set_config('orgscope.context', '', true)")
        bob.assert_denied("select authz.org_id()")


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_assertions__transaction_has_ended__prove_nothing(booking: Database, end: str) -> None:
    """Its role ended with it: the login alone is refused everything."""
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        bob.execute(end)
        for assertion in (bob.assert_denied, bob.assert_touches_nothing):
            with pytest.raises(ProvesNothing, match="transaction of user_01BOB.* has ended"):
                assertion("delete from app.events")
        with pytest.raises(ProvesNothing, match="has ended"):
            bob.assert_invisible("app.events")


def test_assertions_of_silence__context_is_gone__prove_nothing(booking: Database) -> None:
    """Ada would not see her own event any more."""
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        ada.execute("select set_config('orgscope.context', '', true)")
        with pytest.raises(ProvesNothing, match="no context any more"):
            ada.assert_invisible("app.events")
        with pytest.raises(ProvesNothing, match="no context any more"):
            ada.assert_touches_nothing(RENAME)


def test_assert_denied__two_statements__proves_nothing_and_runs_none(booking: Database) -> None:
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        with pytest.raises(ProvesNothing, match="42601"):
            bob.assert_denied("delete from app.events; commit")
    assert booking.rows("select title from app.events") == [("Visit",)]


def test_assert_denied__allowed__fails(booking: Database) -> None:
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        with pytest.raises(AssertionError, match="passes, with 1 rows") as failed:
            ada.assert_denied(FOR_ADA, ("Another",))
        assert not isinstance(failed.value, ProvesNothing)
        assert ada.rows("select title from app.events") == [("Visit",)]  # it was taken back


def test_assert_denied__fails_otherwise_for_them_alone__fails_with_the_cause(
    booking: Database,
) -> None:
    booking.admin.execute(
        "create function app.stop() returns boolean language plpgsql as $$ begin"
        " if current_user = 'orgscope_user' then raise exception 'stopped'; end if;"
        " return true; end $$"
    )
    booking.admin.execute("grant execute on function app.stop() to orgscope_user")
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        with pytest.raises(AssertionError, match="fails otherwise: P0001 stopped") as failed:
            ada.assert_denied("select app.stop()")
    assert not isinstance(failed.value, ProvesNothing)
    assert isinstance(failed.value.__cause__, psycopg.errors.RaiseException)


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("insert into app.events (title) values ('x')", "23502"),
        ("insert into app.events (nothing) values ('x')", "42703"),
        ("select from app.nothing", "42P01"),
        ("selec", "42601"),
    ],
)
def test_assert_denied__cannot_work_for_anybody__proves_nothing(
    booking: Database, statement: str, state: str
) -> None:
    with booking.act_as("user_01BOB", "org_01OTHER") as bob:
        with pytest.raises(
            ProvesNothing, match=f"superuser in the same context as well \\({state}"
        ):
            bob.assert_denied(statement)


def test_assert_denied__default_from_the_context__is_there_for_the_control(
    booking: Database,
) -> None:
    """Without its context the control would fail for want of an organization."""
    booking.admin.execute("revoke insert on app.events from orgscope_user")
    booking.admin.execute("revoke insert (title) on app.events from orgscope_user")
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        ada.assert_denied("insert into app.events (title, duration_minutes) values ('x', 30)")


def test_assert_denied__control_holds_a_lock__proves_nothing_and_does_not_hang(
    booking: Database,
) -> None:
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        ada.execute(RENAME)
        with pytest.raises(ProvesNothing, match="55P03"):
            ada.assert_denied("delete from app.events")


def test_assert_denied__control_named__is_asked_and_may_fail(booking: Database) -> None:
    with (
        booking.act_as("user_01ADA", "org_01ACME") as ada,
        booking.act_as("user_01BOB", "org_01OTHER") as bob,
    ):
        bob.assert_denied(FOR_ADA, ("Another",), control=ada)
        assert ada.rows("select title from app.events") == [("Visit",)]
        with pytest.raises(ProvesNothing, match="for user_01BOB in org_01OTHER as well \\(42501"):
            bob.assert_denied(FOR_ADA, ("Another",), control=bob)


def test_assert_touches_nothing__filtered__passes_and_own_row_fails(booking: Database) -> None:
    with booking.act_as("user_01ABE", "org_01ACME") as abe:
        abe.assert_touches_nothing(RENAME)
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        with pytest.raises(AssertionError, match="reaches 1 rows") as failed:
            ada.assert_touches_nothing(RENAME)
    assert not isinstance(failed.value, ProvesNothing)


def test_assert_touches_nothing__refused__fails(booking: Database) -> None:
    with booking.act_as_nobody() as nobody:
        with pytest.raises(AssertionError, match="the statement fails: 42501") as failed:
            nobody.assert_touches_nothing(RENAME)
    assert not isinstance(failed.value, ProvesNothing)


def test_assert_touches_nothing__nothing_to_touch__proves_nothing(booking: Database) -> None:
    with booking.act_as("user_01ABE", "org_01ACME") as abe:
        with pytest.raises(ProvesNothing, match="no row for the control either"):
            abe.assert_touches_nothing(RENAME + " where title = 'Another'")


def superuser(booking: Database) -> None:
    booking.admin.execute("alter role orgscope_admin superuser")


def bypasser(booking: Database) -> None:
    booking.admin.execute("alter role orgscope_admin bypassrls")


def owner(booking: Database) -> None:
    booking.admin.execute("alter table app.events no force row level security")
    booking.admin.execute("alter table app.events owner to orgscope_admin")


@pytest.mark.parametrize("mistake", [superuser, bypasser, owner])
def test_act_as__row_security_does_not_bind__proves_nothing(
    booking: Database, mistake: object
) -> None:
    assert callable(mistake)
    mistake(booking)
    try:
        # Nobody who expects an error of the database takes this for one.
        with pytest.raises(ProvesNothing) as refused, booking.act_as_admin():
            pytest.fail("the block ran")
    finally:
        booking.admin.execute("alter role orgscope_admin nosuperuser nobypassrls")
    assert not isinstance(refused.value, psycopg.Error)
    assert "orgscope_admin" in str(refused.value) or "app.events" in str(refused.value)


def test_act_as__login_bypasses_and_its_context_does_not__proves_nothing(
    booking: Database,
) -> None:
    booking.admin.execute("alter role orgscope_api bypassrls")
    try:
        with pytest.raises(ProvesNothing, match="acts as orgscope_api, which bypasses"):
            with booking.act_as("user_01ADA", "org_01ACME"):
                pytest.fail("the block ran")
    finally:
        booking.admin.execute("alter role orgscope_api nobypassrls")


def test_acting__shown__hides_connections(booking: Database) -> None:
    with booking.act_as("user_01ADA", "org_01ACME") as ada:
        assert repr(ada) == "Acting(who='user_01ADA in org_01ACME')"
        assert isinstance(ada, Acting)
