"""Role and permissions: token and mirror must agree on the whole set of roles."""

from __future__ import annotations

from typing import Any

import pytest

from tests.database import UPDATED_AT, Database, member, organization, unique, user
from tests.sql.authz.tenants import value
from tests.tokens import ABSENT

PERMISSIONS = ["posts:read"]


def mirrored(*slugs: str) -> dict[str, Any]:
    """Return the roles of a membership; the first is the one of highest priority."""
    return {"role": {"slug": slugs[0]}, "roles": [{"slug": slug} for slug in slugs]}


# what the mirror says, what the token says, the role agreed on (None: none, and no permission)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "same": (mirrored("admin"), {"role": "admin", "roles": ["admin"]}, "admin"),
    "same, token without roles": (mirrored("admin"), {"role": "admin", "roles": ABSENT}, "admin"),
    "same, mirror without roles": (
        {"role": {"slug": "admin"}, "roles": None},
        {"role": "admin", "roles": ["admin"]},
        None,
    ),
    "mirror is higher": (mirrored("admin"), {"role": "member", "roles": ["member"]}, None),
    "token is higher": (mirrored("member"), {"role": "admin", "roles": ["admin"]}, None),
    "several, other order": (
        mirrored("admin", "member"),
        {"role": "admin", "roles": ["member", "admin"]},
        "admin",
    ),
    "several, repeated": (
        mirrored("admin", "member"),
        {"role": "admin", "roles": ["member", "admin", "admin"]},
        "admin",
    ),
    "several, other first": (
        mirrored("admin", "member"),
        {"role": "member", "roles": ["member", "admin"]},
        None,
    ),
    "several, token lacks one": (
        mirrored("admin", "member"),
        {"role": "admin", "roles": ["admin"]},
        None,
    ),
    "several, mirror lacks one": (
        mirrored("admin"),
        {"role": "admin", "roles": ["admin", "owner"]},
        None,
    ),
    "several, token names only one": (
        mirrored("admin", "member"),
        {"role": "admin", "roles": ABSENT},
        None,
    ),
    "token without any": (mirrored("admin"), {"role": ABSENT, "roles": ABSENT}, None),
    "token null": (mirrored("admin"), {"role": None, "roles": ABSENT}, None),
    "token empty": (mirrored("admin"), {"role": ABSENT, "roles": []}, None),
    "case differs": (mirrored("admin"), {"role": "Admin", "roles": ["Admin"]}, None),
}


def seen(database: Database, mirror: dict[str, Any], token: dict[str, Any]) -> tuple[Any, ...]:
    """Return role, permissions and whether one is held, as a request of this person sees them."""
    user_id, org_id = unique("user"), unique("org")
    database.receive("user.created", user(user_id))
    database.receive("organization.created", organization(org_id))
    data = member(user_id, org_id, **mirror)
    if data["roles"] is None:
        data["roles"] = []
    database.receive("organization_membership.created", data)
    text = database.token(sub=user_id, org_id=org_id, permissions=PERMISSIONS, **token)
    with database.context(text) as connection:
        return (
            value(connection, "select authz.role()"),
            value(connection, "select authz.permissions()") or [],
            value(connection, "select authz.has_permission('posts:read')"),
        )


def expected(role: str | None) -> tuple[Any, ...]:
    return (role, [], False) if role is None else (role, PERMISSIONS, True)


def test_begin__role_of_token_and_mirror__only_what_both_say(database: Database) -> None:
    database.put_key()
    found = {name: seen(database, mirror, token) for name, (mirror, token, _) in CASES.items()}
    assert found == {name: expected(role) for name, (_, _, role) in CASES.items()}


def role_source(database: Database, source: str) -> None:
    database.admin.execute(
        """select authz.put_settings(to_jsonb(s) - 'epoch' || jsonb_build_object('role_source', %s::text))
        from authz.settings as s""",
        (source,),
    )


# A permission of one side never goes with a role of the other (rule A6).
SOURCES = {
    "token": ("member", PERMISSIONS, True),
    "mirror": ("admin", [], False),
    "both": (None, [], False),
}


@pytest.mark.parametrize("source", SOURCES)
def test_begin__sides_differ__role_source_names_one_and_permissions_only_go_with_their_own_role(
    database: Database, source: str
) -> None:
    database.put_key()
    role_source(database, source)
    mirror, token, _ = CASES["mirror is higher"]
    assert seen(database, mirror, token) == SOURCES[source]


@pytest.mark.parametrize("source", SOURCES)
def test_begin__sides_agree__every_role_source_gives_role_and_permissions(
    database: Database, source: str
) -> None:
    database.put_key()
    role_source(database, source)
    mirror, token, role = CASES["same"]
    assert seen(database, mirror, token) == expected(role)


@pytest.mark.parametrize("source", SOURCES)
def test_begin__without_organization__no_role_and_no_permission(
    database: Database, source: str
) -> None:
    database.put_key()
    database.add_member()
    role_source(database, source)
    with database.context(scope="user") as connection:
        assert value(connection, "select authz.role()") is None
        assert value(connection, "select authz.permissions()") == []


def test_begin__role_of_an_old_event__settled_by_the_next(database: Database) -> None:
    database.put_key()
    data = database.add_member()
    changed = {**data, **mirrored("owner"), "updated_at": "2026-01-15T12:00:01.000Z"}
    database.receive("organization_membership.updated", changed)
    with database.context() as connection:
        assert value(connection, "select authz.role()") is None
    with database.context(database.token(role="owner", roles=["owner"])) as connection:
        assert value(connection, "select authz.role()") == "owner"


def know_role(database: Database, slug: str, permissions: list[str], **fields: Any) -> None:
    """Mirror a role; with an organization it is that one's own."""
    family = "organization_role" if "organization_id" in fields else "role"
    data = {
        "object": "role",
        "slug": slug,
        "resource_type_slug": "organization",
        "permissions": permissions,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }
    assert database.receive(f"{family}.created", data) == "applied"


@pytest.mark.parametrize("source", ["both", "mirror"])
def test_begin__roles_known_and_sides_agree__permissions_of_the_mirror(
    database: Database, source: str
) -> None:
    database.put_key()
    role_source(database, source)
    know_role(database, "admin", ["posts:read", "posts:write"])
    know_role(database, "member", ["posts:read", "posts:list"])
    mirror, token, _ = CASES["several, other order"]
    permissions = ["posts:list", "posts:read", "posts:write"]
    assert seen(database, mirror, token) == ("admin", permissions, True)


def test_begin__one_of_several_roles_unknown__permissions_of_the_token(database: Database) -> None:
    database.put_key()
    know_role(database, "admin", ["posts:write"])
    mirror, token, role = CASES["several, other order"]
    assert seen(database, mirror, token) == expected(role)


def test_begin__roles_known_and_sides_differ__no_role_and_only_common_permissions(
    database: Database,
) -> None:
    database.put_key()
    know_role(database, "admin", ["posts:write", "posts:read"])
    mirror, token, _ = CASES["mirror is higher"]
    assert seen(database, mirror, token) == (None, ["posts:read"], True)


def test_begin__roles_known_and_nothing_in_common__no_permission(database: Database) -> None:
    database.put_key()
    know_role(database, "member", ["posts:list"])
    mirror, token, _ = CASES["token is higher"]
    assert seen(database, mirror, token) == (None, [], False)


def test_begin__role_source_mirror_and_sides_differ__role_and_permissions_of_the_mirror(
    database: Database,
) -> None:
    database.put_key()
    role_source(database, "mirror")
    know_role(database, "admin", ["posts:write"])
    mirror, token, _ = CASES["mirror is higher"]
    assert seen(database, mirror, token) == ("admin", ["posts:write"], False)


def test_begin__role_deleted_in_the_mirror__no_permission(database: Database) -> None:
    database.put_key()
    know_role(database, "admin", ["posts:read"])
    database.receive(
        "role.deleted",
        {"slug": "admin", "updated_at": UPDATED_AT},
        created_at="2026-01-15T12:00:01.000Z",
    )
    mirror, token, role = CASES["same"]
    assert seen(database, mirror, token) == (role, [], False)


def test_begin__role_of_another_organization__is_not_known_here(database: Database) -> None:
    database.put_key()
    know_role(database, "admin", ["posts:write"], organization_id=unique("org"))
    mirror, token, role = CASES["same"]
    assert seen(database, mirror, token) == expected(role)


def test_begin__permissions_of_a_role_unknown_to_the_event__those_of_the_token(
    database: Database,
) -> None:
    database.put_key()
    know_role(database, "admin", None)  # type: ignore[arg-type]  # as some events leave them out
    mirror, token, role = CASES["same"]
    assert seen(database, mirror, token) == expected(role)
