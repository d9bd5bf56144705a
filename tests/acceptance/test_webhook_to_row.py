"""A webhook becomes a row that its organization sees: one SQL call by the sync login."""

import json

import psycopg
import pytest
from psycopg.rows import dict_row

from orgscope.errors import MembershipInactive, OrganizationDeleted, UserDeleted
from tests.database import Database, event, member, organization, unique, user
from tests.tokens import ORG_ID, USER_ID

VISIBLE = (
    "select u.id, u.email, o.name, m.status, m.role_slug from workos.organization_memberships as m "
    "left join workos.users as u on u.id = m.user_id "
    "left join workos.organizations as o on o.id = m.organization_id order by u.id"
)


@pytest.fixture
def deployed(database: Database) -> Database:
    database.put_key()
    return database


def deliver(database: Database, type_: str, data: dict[str, object]) -> str:
    """Do what an endpoint in any language does: pass the body on, commit, answer."""
    body = json.dumps(event(type_, data))
    with database.connect("sync", autocommit=False) as connection:
        row = connection.execute("select sync.receive_event(%s)", (body,)).fetchone()
        connection.commit()
    assert row is not None
    return str(row[0])


def test_webhook__events_in_the_worst_order__row_visible_to_its_organization(
    deployed: Database,
) -> None:
    data = member(USER_ID, ORG_ID)
    assert deliver(deployed, "organization_membership.created", data) == "applied"
    assert deliver(deployed, "organization.created", organization(ORG_ID)) == "applied"
    assert deliver(deployed, "user.created", user(USER_ID)) == "applied"
    with deployed.context() as connection:
        connection.row_factory = dict_row
        rows = connection.execute(VISIBLE).fetchall()
    assert rows == [
        {
            "id": USER_ID,
            "email": user(USER_ID)["email"],
            "name": organization(ORG_ID)["name"],
            "status": "active",
            "role_slug": data["role"]["slug"],
        }
    ]


def test_webhook__change__seen_by_the_next_transaction(deployed: Database) -> None:
    deployed.add_member()
    later = {"updated_at": "2026-01-15T12:00:01.000Z"}
    assert deliver(deployed, "user.updated", user(USER_ID, email="new@example.com", **later)) == (
        "applied"
    )
    with deployed.context() as connection:
        assert connection.execute("select email from workos.users").fetchall() == [
            ("new@example.com",)
        ]


def test_webhook__other_organization__stays_invisible(deployed: Database) -> None:
    deployed.add_member()
    other_user, other_org = unique("user"), unique("org")
    deployed.add_member(other_user, other_org)
    with deployed.context() as connection:
        assert connection.execute("select id from workos.users").fetchall() == [(USER_ID,)]
        assert connection.execute("select id from workos.organizations").fetchall() == [(ORG_ID,)]


@pytest.mark.parametrize(
    ("type_", "error"),
    [
        ("organization_membership.deleted", MembershipInactive),
        ("organization_membership.updated", MembershipInactive),
        ("organization.deleted", OrganizationDeleted),
        ("user.deleted", UserDeleted),
    ],
)
def test_webhook__access_taken__refused_at_the_next_transaction(
    deployed: Database, type_: str, error: type[psycopg.Error]
) -> None:
    membership = deployed.add_member()
    token = deployed.token()
    with deployed.context(token):
        pass
    payloads = {
        "organization_membership": {
            **membership,
            "status": "inactive",
            "updated_at": "2026-01-15T12:00:01.000Z",
        },
        "organization": organization(ORG_ID),
        "user": user(USER_ID),
    }
    assert deliver(deployed, type_, payloads[type_.split(".", maxsplit=1)[0]]) == "applied"
    with pytest.raises(error), deployed.context(token):
        pass


def test_webhook__not_committed__not_stored(deployed: Database) -> None:
    body = json.dumps(event("user.created", user(USER_ID)))
    with deployed.connect("sync", autocommit=False) as connection:
        connection.execute("select sync.receive_event(%s)", (body,))
        connection.rollback()
    assert deployed.receive_body(body) == "applied"
    assert deployed.receive_body(body) == "duplicate"


def test_webhook__backend_ends_before_the_commit__redelivery_applies(deployed: Database) -> None:
    body = json.dumps(event("user.created", user(USER_ID)))
    with (
        pytest.raises(psycopg.OperationalError),
        deployed.connect("sync", autocommit=False) as connection,
    ):
        connection.execute("select sync.receive_event(%s)", (body,))
        deployed.rows("select pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        connection.commit()
    assert deployed.rows("select count(*) from sync.inbox") == [(0,)]
    assert deployed.receive_body(body) == "applied"


def test_inbox__rebuilt_into_an_empty_mirror__same_rows(deployed: Database) -> None:
    deployed.add_member()
    gone = deployed.add_member(unique("user"), unique("org"))
    deliver(deployed, "user.deleted", user(gone["user_id"]))
    tables = ("users", "organizations", "organization_memberships")
    mirror = [
        f"select to_jsonb(t) - 'first_seen_at' - 'synced_at' from workos.{table} as t order by id"
        for table in tables
    ]
    before = [deployed.rows(query) for query in mirror]
    bodies = deployed.rows("select body from sync.inbox order by random()")
    for table in tables:
        deployed.admin.execute(f"truncate workos.{table}")
    deployed.admin.execute("truncate sync.inbox")
    for (body,) in bodies:
        assert deployed.receive_body(body) in {"applied", "stale"}
    assert [deployed.rows(query) for query in mirror] == before
