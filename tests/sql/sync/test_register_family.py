"""A family that orgscope does not know works by its own files alone."""

import psycopg
import pytest

from tests.database import unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.made_up_family import TABLE
from tests.sql.sync.mirror import Mirror, at


@pytest.fixture
def shop(mirror: Mirror) -> Mirror:
    made_up_family.install(mirror.database)
    return mirror


def badge(**fields: object) -> dict[str, object]:
    return {"id": unique("badge"), "user_id": unique("user"), "updated_at": at(), **fields}


def test_register_family__its_events__applied_in_any_order(shop: Mirror) -> None:
    data = badge()
    assert shop.receive("shop.badge.updated", {**data, "updated_at": at(1)}) == "applied"
    assert shop.receive("shop.badge.created", data) == "stale"
    assert shop.read("badge", {**data, "updated_at": at(2)}) == "applied"
    assert shop.receive("shop.badge.deleted", {"id": data["id"]}) == "applied"
    assert shop.receive("shop.badge.updated", {**data, "updated_at": at(3)}) == "stale"
    assert shop.is_dead(TABLE, str(data["id"]))


def register(shop: Mirror, **changes: str) -> None:
    """Register the badges otherwise, as their file does."""
    arguments = {
        "name": "badge",
        "relation": "extra.badges",
        "upsert": "extra.upsert_badge(jsonb[], sync.change)",
        "events": "{}",
        **changes,
    }
    types = {"relation": "::text::regclass", "upsert": "::text::regprocedure"}
    named = ", ".join(f"{name} => %({name})s{types.get(name, '')}" for name in arguments)
    with shop.database.admin.transaction():
        shop.database.admin.execute("set local role orgscope_definer")
        shop.database.admin.execute(f"select sync.register_family({named})", arguments)


@pytest.mark.parametrize(
    "type_",
    ["badge.created", "shop.badge", "Shop.badge.created", "shop.badge.polished", "shop.badge.*"],
)
def test_register_family__similar_events__ignored(shop: Mirror, type_: str) -> None:
    assert shop.receive(type_, badge()) == "ignored"


def test_register_family__tie__refetch_under_its_own_name(shop: Mirror) -> None:
    data = badge(colour="blue")
    shop.receive("shop.badge.updated", data)
    shop.receive("shop.badge.updated", {**data, "colour": "red"})
    assert shop.tasks() == {("refetch", f"badge:{data['id']}")}


def test_register_family__parent_deleted__taken_along(shop: Mirror) -> None:
    person = user(unique("user"))
    data, other = badge(user_id=person["id"]), badge()
    shop.receive("shop.badge.created", data)
    shop.receive("shop.badge.created", other)
    shop.receive("user.created", person)
    shop.receive("user.deleted", person)
    assert shop.is_dead(TABLE, str(data["id"]))
    assert not shop.is_dead(TABLE, str(other["id"]))


def test_register_family__registered_again__changed(shop: Mirror) -> None:
    register(shop, events="{store.badge.created}", get_paths='{"/badges/{id}"}')
    assert shop.receive("shop.badge.created", badge()) == "ignored"
    assert shop.receive("store.badge.created", badge()) == "applied"
    assert shop.database.rows(
        "select events, delete_events, parents, list_paths, list_parent, get_paths "
        "from sync.families where name = 'badge'"
    ) == [(["store.badge.created"], [], {}, [], None, ["/badges/{id}"])]


@pytest.mark.parametrize("kind", ["events", "delete_events"])
@pytest.mark.parametrize("taken", ["user.created", "user.deleted"])
def test_register_family__event_of_another_family__refused(
    shop: Mirror, kind: str, taken: str
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation, match="another family"):
        register(shop, **{"events": "{}", kind: f"{{shop.badge.made, {taken}}}"})
    assert shop.receive(taken, user(unique("user"))) == "applied"
    assert shop.receive("shop.badge.created", badge()) == "applied"


@pytest.mark.parametrize(
    ("relation", "upsert", "error"),
    [
        (
            "extra.nothing",
            "extra.upsert_badge(jsonb[], sync.change)",
            psycopg.errors.UndefinedTable,
        ),
        ("extra.badges", "extra.upsert_badge(jsonb[])", psycopg.errors.UndefinedFunction),
    ],
)
def test_register_family__table_or_function_missing__refused(
    shop: Mirror, relation: str, upsert: str, error: type[psycopg.Error]
) -> None:
    with pytest.raises(error):
        register(shop, relation=relation, upsert=upsert)


def test_register_family__sync_login__may_not(shop: Mirror) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        shop.connection.execute(
            "select sync.register_family('x', 'pg_class', 'now()'::regprocedure, '{}')"
        )


def test_register_family__events_that_the_feed_never_asked_for__a_repair_is_due(
    mirror: Mirror,
) -> None:
    mirror.connection.execute("select sync.open_feed()")
    due = "select resync_since is not null from sync.feeds"
    mirror.database.admin.execute("set role orgscope_owner")
    again = """select sync.register_family(
      name => 'user', relation => 'workos.users',
      upsert => 'sync.upsert_user(jsonb[], sync.change)',
      events => '{user.created, user.updated}', delete_events => '{user.deleted}',
      list_paths => '{/user_management/users}', get_paths => '{"/user_management/users/{id}"}')"""
    mirror.database.admin.execute(again)
    mirror.database.admin.execute("reset role")
    assert mirror.database.rows(due) == [(False,)]
    made_up_family.install(mirror.database)
    assert mirror.database.rows(due) == [(True,)]
