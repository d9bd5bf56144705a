"""People, tokens and contexts of a test's database."""

from __future__ import annotations

import psycopg
import pytest

from orgscope.db import Database as ScopedDatabase
from orgscope.deploy import Project
from orgscope.errors import (
    ContextMissing,
    MembershipInactive,
    MembershipUnknown,
    TokenExpired,
    TokenRefused,
    TransactionAborted,
)
from orgscope.testing import (
    ABSENT,
    Database,
    ProvesNothing,
    Template,
    event,
    local_workos,
    organization,
    rsa_key,
    user,
)

ADA = ("user_01ADA", "org_01ACME")


def test_add_member__roles__mirrored_with_the_first_as_the_role(booking: Database) -> None:
    made = booking.add_member("user_01EVE", "org_01ACME", "editor", "viewer")
    assert booking.rows(
        "select user_id, role_slug, origin from workos.organization_memberships where id = %s",
        (made["id"],),
    ) == [("user_01EVE", "editor", "webhook")]


def test_add_member__no_role__is_member(booking: Database) -> None:
    with booking.act_as(*ADA) as ada:
        assert ada.rows("select authz.role(), authz.permissions()") == [("member", [])]


def test_change__deactivated_and_back__access_follows(booking: Database) -> None:
    made = booking.add_member("user_01EVE", "org_01ACME")
    made = booking.change(made, status="inactive")
    with pytest.raises(MembershipInactive), booking.act_as("user_01EVE", "org_01ACME"):
        pytest.fail("the block ran")
    booking.change(made, status="active")
    with booking.act_as("user_01EVE", "org_01ACME") as eve:
        eve.assert_visible("app.events")
    # Each was newer than what it changed, so WorkOS need not be asked.
    assert booking.rows("select kind from sync.tasks") == []


def test_remove__membership__access_ends(booking: Database) -> None:
    booking.remove(booking.add_member("user_01EVE", "org_01ACME"))
    with pytest.raises(MembershipInactive), booking.act_as("user_01EVE", "org_01ACME"):
        pytest.fail("the block ran")


def test_add__event_fails__says_so(booking: Database) -> None:
    with pytest.raises(AssertionError, match="user.created came to 'failed'"):
        booking.add({**user("user_01EVE"), "updated_at": "yesterday"})


def test_add__no_such_family__says_so(booking: Database) -> None:
    with pytest.raises(AssertionError, match="came to 'ignored'"):
        booking.add({**organization("org_01NEW"), "object": "planet"})


def test_mirror__local_workos__its_people_are_there_and_its_tokens_accepted(
    booking: Database,
) -> None:
    world = local_workos()
    eve = world.create_user("eve@example.com")
    acme = world.create_organization("Acme")
    world.create_membership(eve["id"], acme["id"])
    booking.mirror(world)
    booking.mirror(world)
    with booking.connect("api") as connection:
        connection.execute("begin")
        connection.execute("select authz.begin(%s)", (world.mint_token(eve["id"], acme["id"]),))
        assert connection.execute("select authz.org_id()").fetchone() == (acme["id"],)


def test_mirror__event_fails__says_which(booking: Database) -> None:
    world = local_workos()
    world.create_user("eve@example.com")
    booking.admin.execute("revoke insert on workos.users from orgscope_definer")
    with pytest.raises(AssertionError, match="user.created came to 'failed'"):
        booking.mirror(world)


def test_act_as__role_of_the_mirror__is_that_of_the_token(booking: Database) -> None:
    booking.add_member("user_01EVE", "org_01ACME", "editor")
    with booking.act_as("user_01EVE", "org_01ACME", permissions={"events:write"}) as eve:
        assert eve.rows("select authz.role(), authz.permissions()") == [
            ("editor", ["events:write"])
        ]


def test_act_as__role_that_the_mirror_has_not__proves_nothing(booking: Database) -> None:
    with pytest.raises(ProvesNothing, match="as 'admin' and has the role None"):
        with booking.act_as(*ADA, role="admin"):
            pytest.fail("the block ran")


def test_act_as__permissions_that_the_context_has_not__proves_nothing(booking: Database) -> None:
    with pytest.raises(ProvesNothing, match=r"the permissions \['a'\] and has \[\]"):
        with booking.act_as(*ADA, permissions={"a"}, role=None, roles=["other"]):
            pytest.fail("the block ran")


def test_act_as__no_organization__sees_the_person(booking: Database) -> None:
    with booking.act_as("user_01ADA", None) as ada:
        assert ada.rows("select authz.org_id_or_null(), authz.user_id()") == [(None, "user_01ADA")]
        ada.assert_invisible("app.events")


def test_act_as__impersonator__is_in_the_context(booking: Database) -> None:
    with booking.act_as(*ADA, impersonator="help@example.com") as ada:
        assert ada.rows("select authz.claims() ->> 'actor'") == [("help@example.com",)]


def test_act_as__block_ends__rolled_back_unless_told_to_commit(booking: Database) -> None:
    for commit, titles in ((False, ["Visit"]), (True, [])):
        with booking.act_as(*ADA, commit=commit) as ada:
            ada.execute("delete from app.events")
        assert [title for (title,) in booking.rows("select title from app.events")] == titles


def test_act_as__commit_of_a_failed_transaction__raises(booking: Database) -> None:
    with pytest.raises(TransactionAborted):
        with booking.act_as(*ADA, commit=True) as ada:
            with pytest.raises(psycopg.errors.DivisionByZero):
                ada.execute("select 1 / 0")


def test_act_as__commit_without_its_context__raises(booking: Database) -> None:
    with pytest.raises(ContextMissing):
        with booking.act_as(*ADA, commit=True) as ada:
            ada.execute("select set_config('orgscope.context', '', true)")


def test_act_as__block_raises__error_travels_and_nothing_is_kept(booking: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        with booking.act_as(*ADA, commit=True) as ada:
            ada.execute("delete from app.events")
            raise ZeroDivisionError
    assert booking.rows("select count(*) from app.events") == [(1,)]


def test_act_as_job__organization__acts_in_it_without_a_person(booking: Database) -> None:
    with booking.act_as_job("org_01ACME", actor="export", reason="nightly") as job:
        assert job.rows("select authz.actor(), authz.user_id_or_null(), session_user") == [
            ("export", None, "orgscope_job")
        ]
        job.assert_visible("app.events")
        job.assert_denied(
            "insert into app.events (owner_id, title, duration_minutes)"
            " values ('user_01ADA', 'x', 30)"
        )
    with booking.act_as_job("org_01OTHER") as job:
        job.assert_invisible("app.events")


def test_act_as_admin_and_auditor__reason__see_and_may_not_write(booking: Database) -> None:
    for acting in (booking.act_as_admin(), booking.act_as_auditor(reason="review")):
        with acting as privileged:
            privileged.assert_visible("app.events")
            privileged.assert_denied("delete from app.events")


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"lifetime_s": -60}, TokenExpired),
        ({"org": "org_01OTHER"}, MembershipUnknown),
        ({"key": rsa_key("sso_oidc_key_pair_01", 3072)}, TokenRefused),
    ],
)
def test_token__not_acceptable__refused_by_the_database(
    booking: Database, options: dict[str, object], refusal: type[Exception]
) -> None:
    arguments: dict[str, object] = {"user": "user_01ADA", "org": "org_01ACME", **options}
    with pytest.raises(refusal), booking.act_as(**arguments):  # type: ignore[arg-type]
        pytest.fail("the block ran")


async def test_principal__token__opens_the_applications_own_session(booking: Database) -> None:
    principal = await booking.principal(*ADA, aud=ABSENT)
    async with ScopedDatabase(booking.settings) as scoped, scoped.connection(principal) as ada:
        row = await (await ada.execute("select title from app.events")).fetchone()
    assert row == ("Visit",)
    with pytest.raises(TokenExpired):
        await booking.principal(lifetime_s=-60)


def test_bearer__token__is_a_header(booking: Database) -> None:
    [(name, value)] = booking.bearer(*ADA).items()
    assert (name, value[:10]) == ("Authorization", "Bearer eyJ")


def test_receive__outcome__is_returned(booking: Database) -> None:
    one = event("user.created", user("user_01EVE"))
    assert booking.receive("user.created", one["data"], id=one["id"]) == "applied"
    assert booking.receive("user.created", one["data"], id=one["id"]) == "duplicate"


def test_clone__two_of_them__share_nothing_and_are_gone(
    booking_template: Template,
) -> None:
    with booking_template.clone() as one, booking_template.clone() as other:
        one.add(user("user_01EVE"))
        assert other.rows("select count(*) from workos.users") == [(0,)]
        names = (one.admin.info.dbname, other.admin.info.dbname)
    with booking_template.maintenance() as connection:
        left = connection.execute(
            "select from pg_database where datname = any (%s)", (list(names),)
        )
        assert left.rowcount == 0


def test_assert_isolated__policies_as_they_are_and_broken__passes_and_fails(
    booking: Database, project: Project
) -> None:
    booking.assert_isolated("app.events", project=project)
    booking.admin.execute(
        "create policy select_all on app.events for select to orgscope_user using (true)"
    )
    with pytest.raises(AssertionError, match="app.events"):
        booking.assert_isolated("app.events", project=project)
