"""Objects that are read again where WorkOS shows them, which may not be where they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx2
import pytest

from orgscope.devworkos.clock import ManualClock
from orgscope.provider.rates import Rates
from tests.correctness.convergence import check_converged
from tests.correctness.people import age, started
from tests.correctness.stage import Stage, staged
from tests.database import Database
from tests.web import world

LIVE = "select id from workos.permissions where slug = 'records:read' and deleted_at is null"


async def remade(stage: Stage) -> tuple[str, str]:
    """Make a permission anew under its slug, in silence; return the ids of the old and the new."""
    old = stage.world.create_permission("records:read", "Read records")
    await started(stage)
    age(stage)
    stage.world.delete_permission("records:read")
    new = stage.world.create_permission("records:read", "Read records")
    stage.send(lose=True)
    return old["id"], new["id"]


async def test_reconcile__another_permission_under_the_slug__the_old_one_is_gone(
    stage: Stage,
) -> None:
    old, new = await remade(stage)
    stage.database.admin.execute(
        "update sync.feeds set cursor_id = %s", (stage.world.event_log.all[-1].id,)
    )
    report = await stage.run.run("reconcile", repair=True)
    assert report is not None
    assert {(one.object_id, one.kind, one.state) for one in report.differences} >= {
        (old, "orphan", "mended")
    }
    assert stage.database.rows(LIVE) == [(new,)]
    check_converged(stage.database, stage.world, whole=True)


async def test_refetch__another_permission_under_the_slug__the_old_one_is_gone(
    stage: Stage,
) -> None:
    old, _ = await remade(stage)
    with stage.database.connect("sync") as connection:
        connection.execute("select sync.queue_task('refetch', %s)", (f"permission:{old}",))
    await stage.tasks.work()
    assert stage.database.rows(LIVE) == []


async def test_refetch__role_that_only_events_brought__lives(stage: Stage) -> None:
    """Events do not say its id, which is what WorkOS answers with, and not its key."""
    org = stage.world.create_organization("Acme")
    stage.world.create_role("Auditor", "auditor")
    stage.world.create_role("Auditor", "org-auditor", organization_id=org["id"])
    stage.send()
    keys = ["environment:auditor", f"{org['id']}:org-auditor"]
    with stage.database.connect("sync") as connection:
        for key in keys:
            connection.execute("select sync.queue_task('refetch', %s)", (f"role:{key}",))
    await stage.tasks.work()
    assert stage.database.rows(
        "select id, name from workos.roles where deleted_at is null and id = any (%s) order by id",
        (keys,),
    ) == [(key, "Auditor") for key in sorted(keys)]


async def test_reconcile__member_whose_event_is_held_back__no_drift(
    database: Database, no_waiting: list[float]
) -> None:
    """The list has the member at once, the feed some seconds later, and no member has a time."""
    clock = ManualClock(int(datetime.now(UTC).timestamp() * 1000))
    local = world(clock=clock)
    async with staged(database, local) as stage:
        org = local.create_organization("Acme")
        person = local.create_user("grace@example.com")
        membership = local.create_membership(person["id"], org["id"])
        group = local.create_group(org["id"], "Nurses")
        await started(stage)
        local.event_log.hold_back_ms = 3000
        local.add_group_member(org["id"], group["id"], membership["id"])
        stage.send(lose=True)
        members = f"/organizations/{org['id']}/groups/{group['id']}/organization-memberships"

        def answer(request: httpx2.Request) -> None:
            if request.url.path == "/events" and members in stage.asked:
                clock.advance(4)

        stage.answer = answer
        stage.asked.clear()
        report = await stage.run.run("reconcile")
        assert report is not None
        assert [(one.family, one.kind, one.state) for one in report.differences] == [
            ("group_member", "missing", "refuted")
        ]
        assert report.drift == 0


async def test_reconcile__member_whom_no_event_brought__drift(stage: Stage) -> None:
    org = stage.world.create_organization("Acme")
    person = stage.world.create_user("grace@example.com")
    membership = stage.world.create_membership(person["id"], org["id"])
    group = stage.world.create_group(org["id"], "Nurses")
    stage.world.add_group_member(org["id"], group["id"], membership["id"])
    await started(stage)
    await stage.feed.read()
    stage.database.admin.execute("delete from workos.group_members")
    report = await stage.run.run("reconcile")
    assert report is not None
    assert [(one.family, one.kind, one.state) for one in report.differences] == [
        ("group_member", "missing", "found")
    ]
    mended = await stage.run.run("reconcile", repair=True)
    assert mended is not None
    assert (mended.drift, mended.mended) == (0, 1)
    check_converged(stage.database, stage.world, whole=True)


async def with_domains(stage: Stage) -> tuple[str, str]:
    """Mirror an organization with two domains; return the ids of the first domain and of it."""
    org = stage.world.create_organization("Acme")
    first = stage.world.create_domain(org["id"], "first.example.com")
    stage.world.create_domain(org["id"], "second.example.com")
    await started(stage)
    await stage.feed.read()
    stage.database.admin.execute(
        "update workos.organization_domains set synced_at = synced_at - interval '1 hour'"
    )
    return first["id"], org["id"]


async def lost(stage: Stage) -> None:
    """Let the feed be read past what has happened, without its events."""
    stage.database.admin.execute(
        "update sync.feeds set cursor_id = %s, cursor_at = now() + interval '1 minute'",
        (stage.world.event_log.all[-1].id,),
    )


async def test_reconcile__domains_that_changed_without_events__named_and_mended(
    stage: Stage,
) -> None:
    """WorkOS lists domains only inside of their organization."""
    gone, org = await with_domains(stage)
    changed = stage.world.domains[-1]["id"]
    stage.world.delete_domain(gone)
    stage.world.verify_domain(changed)
    new = stage.world.create_domain(org, "third.example.com")["id"]
    await lost(stage)
    for repair, state in ((False, "found"), (True, "mended")):
        report = await stage.run.run("reconcile", repair=repair)
        assert report is not None
        found = {(one.object_id, one.kind, one.state) for one in report.differences}
        assert found == {
            (gone, "orphan", state),
            (changed, "fields", state),
            (new, "missing", state),
        }
    check_converged(stage.database, stage.world, whole=True)
    again = await stage.run.run("reconcile")
    assert again is not None
    assert again.differences == []


async def test_reconcile__many_members_of_a_group_differ__its_list_is_read_once_more(
    stage: Stage,
) -> None:
    org = stage.world.create_organization("Acme")
    group = stage.world.create_group(org["id"], "Nurses")
    for number in range(150):
        person = stage.world.create_user(f"{number}@example.com")
        membership = stage.world.create_membership(person["id"], org["id"])
        stage.world.add_group_member(org["id"], group["id"], membership["id"])
    await started(stage)
    await stage.feed.read()
    stage.database.admin.execute("delete from workos.group_members")
    stage.asked.clear()
    report = await stage.run.run("reconcile")
    assert report is not None
    assert report.states == {"found": 150}
    path = f"/organizations/{org['id']}/groups/{group['id']}/organization-memberships"
    assert stage.asked.count(path) == 2 + 2, "two pages, for the run and for its suspects"


async def test_backfill__members_of_directory_groups__each_directory_has_its_own_rate(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = stage.world.create_organization("Acme")
    made = set()
    for name in ("Okta", "Entra"):
        directory = stage.world.create_directory(org["id"], name)
        stage.world.create_directory_group(directory["id"], "Nurses")
        made.add(directory["id"])
    waited: list[str | None] = []
    wait = Rates.wait

    async def note(self: Rates, path: Sequence[str], directory_id: str | None = None) -> None:
        if path[0] == "directory_users":
            waited.append(directory_id)
        await wait(self, path, directory_id)

    monkeypatch.setattr(Rates, "wait", note)
    await started(stage)
    assert sorted(waited, key=str) == sorted([*made, *made])
