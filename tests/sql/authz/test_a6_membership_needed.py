"""A6 and DESIGN 4: the token's word is never enough; an active mirrored membership is needed."""

from tests.database import member, unique, user
from tests.sql.authz.tenants import (
    ORG_A,
    ORG_B,
    SESSION_B,
    USER_A,
    USER_B,
    Tenants,
    begin_refusal,
    value,
)


def test_authz__a6_org_id_of_a_template__never_a_member__refused(tenants: Tenants) -> None:
    """A JWT template may put any organization into the token of a live member of another."""
    foreign = tenants.database.token(org_id=ORG_B)
    assert begin_refusal(tenants.database, foreign) == "WS312"
    unseen = tenants.database.token(org_id=unique("org"))
    assert begin_refusal(tenants.database, unseen) == "WS312"


def test_authz__a6_nothing_mirrored_yet__refused(tenants: Tenants) -> None:
    token = tenants.database.token(sub=unique("user"))
    assert begin_refusal(tenants.database, token) == "WS312"


def test_authz__a6_token_newer_than_the_tombstone__refused(tenants: Tenants) -> None:
    database = tenants.database
    for (raw,) in database.rows("select raw from workos.organization_memberships"):
        database.receive("organization_membership.deleted", raw)
    assert begin_refusal(database, tenants.ada) == "WS313"
    assert begin_refusal(database, database.token(iat=2**31, exp=2**31 + 1)) == "WS305"


def test_authz__a6_tombstone_from_a_partial_payload__refused(tenants: Tenants) -> None:
    """The delete of a never-seen id names neither user nor organization, and grants nothing."""
    database = tenants.database
    user_id = unique("user")
    partial = {"id": unique("om"), "updated_at": "2026-01-15T12:00:00.000Z"}
    database.receive("organization_membership.deleted", partial)
    assert begin_refusal(database, database.token(sub=user_id)) == "WS312"


def test_authz__a6_membership_without_a_status__refused(tenants: Tenants) -> None:
    database = tenants.database
    user_id, org_id = unique("user"), unique("org")
    unsaid = member(user_id, org_id)
    del unsaid["status"]
    assert database.receive("organization_membership.created", unsaid) == "applied"
    assert begin_refusal(database, database.token(sub=user_id, org_id=org_id)) == "WS313"


def test_authz__a6_removed_member__loses_the_next_transaction(tenants: Tenants) -> None:
    """Promise 4, with a token that was remembered."""
    database, token = tenants.database, tenants.ada
    assert begin_refusal(database, token) is None
    raw = database.rows(
        "select raw from workos.organization_memberships where user_id = %s", (USER_A,)
    )[0][0]
    later = {**raw, "status": "inactive", "updated_at": "2026-01-15T12:00:01.000Z"}
    database.receive("organization_membership.updated", later)
    assert begin_refusal(database, token) == "WS313"
    again = {**raw, "status": "active", "updated_at": "2026-01-15T12:00:02.000Z"}
    database.receive("organization_membership.updated", again)
    assert begin_refusal(database, token) is None


def test_authz__a6_erased_person__refused_although_mirrored_again(tenants: Tenants) -> None:
    database, token = tenants.database, tenants.ada
    assert begin_refusal(database, token) is None
    remembered = "select count(*) from authz.verified_tokens where claims ->> 'sub' = %s"
    with database.connect("api") as connection:
        connection.execute("begin")
        connection.execute("select authz.begin(%s)", (token,))
        connection.execute("commit")
    assert database.rows(remembered, (USER_A,)) == [(1,)]
    with database.connect("migrator") as connection:
        connection.execute("set role orgscope_definer")
        connection.execute("select authz.put_tombstone(%s)", (USER_A,))
    assert database.rows(remembered, (USER_A,)) == [(0,)]
    assert database.receive("user.created", user(USER_A)) == "erased"
    assert begin_refusal(database, token) == "WS315"
    assert begin_refusal(database, database.token(), scope="user") == "WS315"
    assert begin_refusal(database, tenants.bob) is None
    assert USER_A.encode() not in value(database.admin, "select digest from authz.tombstones")


def test_authz__a6_erased_organization__refused(tenants: Tenants) -> None:
    database = tenants.database
    database.admin.execute("select authz.put_tombstone(%s)", (ORG_B,))
    assert begin_refusal(database, tenants.bob) == "WS315"
    assert begin_refusal(database, tenants.bob, scope="user") is None
    with database.connect("job") as connection:
        connection.execute("begin")
        assert begin_refusal(database, tenants.ada) is None


def test_authz__a6_stale_mirror__does_not_widen(tenants: Tenants) -> None:
    """The fresh token says member, the stale mirror says admin: neither role, no permission."""
    token = tenants.database.token(role="member", roles=["member"], permissions=["all:write"])
    with tenants.request(token) as connection:
        assert value(connection, "select authz.role()") is None
        assert value(connection, "select authz.has_permission('all:write')") is False


def test_authz__a6_token_that_lives_too_long__refused(tenants: Tenants) -> None:
    now = int(value(tenants.database.admin, "select extract(epoch from clock_timestamp())"))
    assert begin_refusal(tenants.database, tenants.database.token(exp=now + 90_000)) == "WS305"


def test_authz__a6_session_of_another_user__refused(tenants: Tenants) -> None:
    """A template may also put another person's session id into the token."""
    database = tenants.database
    database.receive(
        "session.created",
        {
            "object": "session",
            "id": SESSION_B,
            "user_id": USER_B,
            "status": "active",
            "created_at": "2026-01-15T12:00:00.000Z",
            "updated_at": "2026-01-15T12:00:00.000Z",
        },
    )
    assert begin_refusal(database, database.token(sid=SESSION_B)) == "WS314"
    assert begin_refusal(database, tenants.bob) is None


def test_authz__a6_membership_of_another_pair__does_not_count(tenants: Tenants) -> None:
    database = tenants.database
    user_id, org_id = unique("user"), unique("org")
    database.receive("organization_membership.created", member(user_id, ORG_A))
    database.receive("organization_membership.created", member(USER_A, org_id))
    assert begin_refusal(database, database.token(sub=user_id, org_id=org_id)) == "WS312"
