"""sync.hold_<parents>: a child is visible at once, with stubs as parents."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.database import member, organization, unique, user
from tests.sql.sync.families import FAMILIES, Family, named, new_world
from tests.sql.sync.mirror import EPOCH, Mirror, at
from tests.sql.sync.objects import domain, environment_role
from tests.tokens import ORG_ID, USER_ID

USERS, ORGS = "workos.users", "workos.organizations"
MEMBERS = "workos.organization_memberships"


def test_hold_parents__membership_first__stubs_and_refetch_tasks(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"))
    assert mirror.receive("organization_membership.created", data) == "applied"
    assert not mirror.is_dead(MEMBERS, data["id"])
    for table, id_ in ((USERS, data["user_id"]), (ORGS, data["organization_id"])):
        stub = mirror.row(table, id_)
        assert stub is not None
        assert (stub["raw"], stub["origin"], stub["deleted_at"]) == (None, "stub", None)
    assert mirror.tasks() == {
        ("refetch", f"user:{data['user_id']}"),
        ("refetch", f"organization:{data['organization_id']}"),
    }
    assert mirror.database.rows("select bool_and(due_at > created_at) from sync.tasks") == [(True,)]


def test_hold_parents__event_of_the_parent_follows__stub_filled(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"))
    mirror.receive("organization_membership.created", data)
    person, org = user(data["user_id"]), organization(data["organization_id"])
    assert mirror.receive("user.created", person) == "applied"
    assert mirror.read("organization", org, EPOCH) == "applied"
    for table, parent in ((USERS, person), (ORGS, org)):
        row = mirror.row(table, parent["id"])
        assert row is not None
        assert row["raw"] == {name: parent[name] for name in parent if name != "domains"}
        assert row["origin"] != "stub"


@pytest.mark.parametrize(
    "child", [one for one in FAMILIES if one.parents], ids=lambda one: one.name
)
def test_hold_parents__child_of_any_family_first__live_with_stubs_and_refetches(
    mirror: Mirror, child: Family
) -> None:
    world = new_world()
    data = child.make(world)
    if child.name == "directory_group_member":
        # Embedded parents that cannot be applied are as good as unknown.
        data = {**data, **{name: {"id": data[name]["id"]} for name in ("user", "group")}}
    assert mirror.receive(child.events["created"], data) == "applied"
    assert not mirror.is_dead(child.table, child.key(data))
    assert mirror.tasks() == {("refetch", f"{name}:{world[name]['id']}") for name in child.parents}
    for name in child.parents:
        stub = mirror.row(named(name).table, world[name]["id"])
        assert stub is not None
        assert (stub["raw"], stub["origin"], stub["deleted_at"]) == (None, "stub", None)
        assert mirror.receive(named(name).events["created"], world[name]) == "applied"
        filled = mirror.row(named(name).table, world[name]["id"])
        assert filled is not None
        assert filled["raw"] == named(name).stored(world[name])


@pytest.mark.parametrize("name", ["role", "invitation", "directory", "connection"])
def test_hold_parents__child_of_no_organization__live_without_a_stub(
    mirror: Mirror, name: str
) -> None:
    family = named(name)
    data = environment_role() if name == "role" else {**family.new(), "organization_id": None}
    made = "role.created" if name == "role" else family.events["created"]
    assert mirror.receive(made, data) == "applied"
    assert not mirror.is_dead(family.table, family.key(data))
    assert not {key for _, key in mirror.tasks() if key.startswith("organization:")}


def test_hold_parents__known_parent__no_stub_and_no_task(mirror: Mirror) -> None:
    person, org = user(unique("user")), organization(unique("org"))
    mirror.receive("user.created", person)
    mirror.receive("organization.created", org)
    before = (mirror.row(USERS, person["id"]), mirror.row(ORGS, org["id"]))
    mirror.receive("organization_membership.created", member(person["id"], org["id"]))
    assert (mirror.row(USERS, person["id"]), mirror.row(ORGS, org["id"])) == before
    assert mirror.tasks() == set()


def test_hold_parents__delete_of_an_unknown_child__no_stub(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"))
    assert mirror.receive("organization_membership.deleted", data) == "applied"
    assert mirror.row(USERS, data["user_id"]) is None
    assert mirror.row(ORGS, data["organization_id"]) is None


def test_hold_parents__poison_child__no_stub_left(mirror: Mirror) -> None:
    data = member(unique("user"), unique("org"), updated_at=None)
    assert mirror.receive("organization_membership.created", data) == "failed"
    assert mirror.row(USERS, data["user_id"]) is None
    assert not {key for kind, key in mirror.tasks() if kind == "refetch"}


def test_hold_parents__request_role__sees_the_membership_and_no_stub(mirror: Mirror) -> None:
    database = mirror.database
    database.put_key()
    mirror.receive("organization_membership.created", member(USER_ID, ORG_ID))
    counts = (
        "select (select count(*) from workos.organization_memberships), "
        "(select count(*) from workos.users), (select count(*) from workos.organizations)"
    )
    with database.context() as connection:
        assert connection.execute(counts).fetchone() == (1, 0, 0)
    mirror.receive("user.created", user(USER_ID))
    mirror.receive("organization.created", organization(ORG_ID))
    with database.context() as connection:
        assert connection.execute(counts).fetchone() == (1, 1, 1)


@pytest.mark.parametrize("family", ["organization_membership", "organization_domain"])
def test_hold_parents__20_children_of_unknown_parents_at_once__all_live(
    mirror: Mirror, family: str
) -> None:
    user_id, org_id = unique("user"), unique("org")
    start = threading.Barrier(20)

    def deliver(number: int) -> str:
        made = member(user_id, org_id) if "membership" in family else domain(org_id)
        with mirror.database.connect("sync") as connection:
            start.wait(timeout=30)
            return Mirror(mirror.database, connection).receive(
                f"{family}.created", {**made, "updated_at": at(number)}
            )

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(deliver, range(20))) == {"applied"}
    assert mirror.database.rows(
        f"select count(*) from workos.{family}s where deleted_at is null"
    ) == [(20,)]
    row = mirror.row(ORGS, org_id)
    assert row is not None
    assert row["origin"] == "stub"
