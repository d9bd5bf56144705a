"""B6: somebody may have several memberships of one organization; any live active one counts."""

from itertools import permutations

from tests.database import Database, member, organization, unique, user
from tests.sql.authz.tenants import ORG_A, USER_A, begin_refusal

OLD = "2026-01-15T12:00:00.000Z"
NEW = "2026-01-15T12:00:01.000Z"


def test_authz__b6_readded_before_the_delete__any_order_grants(database: Database) -> None:
    """Which id is the smaller must not matter, nor which event comes first."""
    database.put_key()
    for swapped in (False, True):
        for order in permutations(range(3)):
            user_id, org_id = unique("user"), unique("org")
            database.receive("user.created", user(user_id))
            database.receive("organization.created", organization(org_id))
            first, second = member(user_id, org_id), member(user_id, org_id)
            if swapped:
                first["id"], second["id"] = second["id"], first["id"]
            later = {**second, "created_at": NEW, "updated_at": NEW}
            events = [
                ("organization_membership.created", first, OLD),
                ("organization_membership.created", later, NEW),
                ("organization_membership.deleted", first, NEW),
            ]
            for at in order:
                kind, data, when = events[at]
                assert database.receive(kind, data, created_at=when) in {"applied", "stale"}
            token = database.token(sub=user_id, org_id=org_id)
            assert (order, begin_refusal(database, token)) == (order, None)


def test_authz__b6_every_membership_ended__refused(database: Database) -> None:
    database.put_key()
    first = database.add_member(USER_A, ORG_A, status="inactive")
    assert begin_refusal(database, database.token()) == "WS313"
    second = database.add_member(USER_A, ORG_A, status="pending")
    assert begin_refusal(database, database.token()) == "WS313"
    third = database.add_member(USER_A, ORG_A)
    assert begin_refusal(database, database.token()) is None
    for data in (first, second, third):
        database.receive("organization_membership.deleted", data)
    assert begin_refusal(database, database.token()) == "WS313"
