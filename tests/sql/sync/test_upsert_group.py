"""Groups of organizations and their members."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.database import member, unique
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import group, group_member

MEMBERS = "workos.organization_memberships"


def test_upsert_group_member__listed_membership__same_row_as_its_event(mirror: Mirror) -> None:
    membership = member(unique("user"), unique("org"))
    data = group_member(unique("group"), membership["id"])
    listed = {**membership, "group_id": data["group_id"], "updated_at": at(days=1)}
    assert mirror.read("group_member", listed, datetime.now(UTC)) == "applied"
    assert mirror.receive("group.member_added", data, created_at=at(1)) == "applied"
    assert mirror.database.rows("select id, raw from workos.group_members") == [
        (f"{data['group_id']}:{membership['id']}", data)
    ]
    assert mirror.row(MEMBERS, membership["id"]) is not None


def test_upsert_group__request__sees_those_of_its_organization_and_no_members(
    mirror: Mirror,
) -> None:
    database = mirror.database
    database.put_key()
    membership = database.add_member()
    own = group(membership["organization_id"])
    mirror.receive("group.created", own)
    mirror.receive("group.created", group(unique("org")))
    mirror.receive("group.member_added", group_member(own["id"], membership["id"]))
    with database.context() as context:
        assert context.execute("select id, name from workos.groups").fetchall() == [
            (own["id"], own["name"])
        ]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            context.execute("select from workos.group_members")
