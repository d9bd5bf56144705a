"""Cases 61 and 62: everything comes once more, after an erasure or into an empty database."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from orgscope import deploy
from orgscope.db import Database as OwnDatabase
from orgscope.settings import Settings
from orgscope.sync.comparison import Difference
from orgscope.sync.rebuild import Rebuilt, rebuild
from tests.correctness.channels import CHANNELS, Channel
from tests.database import event, unique
from tests.migrations.projects import edit
from tests.sql.sync.erasing import ADDRESS, Stage, dump, erase, naming
from tests.sql.sync.families import FAMILIES, new_world
from tests.sql.sync.mirror import at

OF_GRACE = ("user", "organization_membership", "session", "invitation", "directory_user")


@pytest.mark.parametrize("again", CHANNELS)
def test_case_61__erased_then_everything_comes_again__nothing_of_the_person_returns(
    channel: Channel, again: str
) -> None:
    """By any channel, under the ids that the inbox knows and under new ones."""
    stage = Stage(channel)
    stage.fill()
    names = [str(stage.world[name]["id"]) for name in OF_GRACE] + [str(stage.to_grace["id"])]
    held = {table for table, _ in naming(channel, *names)}
    assert held >= {"workos.users", "sync.inbox", "sync.history", "sync.changes", "sync.tasks"}
    erase(channel, "user", stage.grace_id, True)
    assert naming(channel, *names) == []
    mirror = _mirror(channel)
    tombstones = channel.database.rows("select count(*) from authz.tombstones")
    story = [json.loads(body) for body in stage.bodies]
    replay = Channel(channel.database, channel.connection, again)
    assert replay.deliver(story).keys() <= {"duplicate", "erased"}
    assert _mirror(channel) == mirror
    left = [row for _, row in naming(channel, ADDRESS) if "sso_succeeded" not in row]
    assert left == [], "the address is in nobody else's sign-in"
    # Under a new id an event that has her address alone may be somebody else's, who has it now.
    as_new = [{**one, "id": unique("event")} for one in story]
    assert replay.deliver(as_new)["erased"] > 0
    assert naming(channel, *names) == []
    assert channel.database.rows("select count(*) from authz.tombstones") == tombstones


def _mirror(channel: Channel) -> dict[str, list[str]]:
    """Return every row of the mirror as text."""
    return {
        table: sorted(rows) for table, rows in dump(channel).items() if table.startswith("workos.")
    }


def _story(seed: int) -> list[dict[str, Any]]:
    """Return a shuffled history of two worlds of every family, in which something is deleted."""
    dice = random.Random(seed)
    story = []
    for _ in range(2):
        world = new_world()
        can_die = [one for one in FAMILIES if "deleted" in one.events]
        dead = dice.sample(can_die, 2)
        for family in FAMILIES:
            for version in range(3):
                data = {**world[family.name], "updated_at": at(version)}
                verb = "updated" if version else "created"
                story.append(event(family.events[verb], data, created_at=at(version)))
            if family in dead:
                gone = {**world[family.name], "updated_at": at(2)}
                story.append(event(family.events["deleted"], gone, created_at=at(9)))
    dice.shuffle(story)
    return story


async def _rebuild(original: Settings, target: Settings, seed: int | None) -> Rebuilt:
    found: list[Difference] = []
    async with OwnDatabase(original) as ours, OwnDatabase(target) as theirs:
        built = await rebuild(ours, theirs, reason="case 62", seed=seed, on_difference=found.append)
    assert built.equal == (found == [])
    return built


def _check_all_of_it(built: Rebuilt) -> None:
    assert built.equal
    assert [one.family for one in built.families if one.same == 0] == [], "each family has rows"
    assert [one for one in built.families if one.read or one.erased or one.purged] == []


@pytest.mark.parametrize("seed", [None, 7])
async def test_case_62__rebuilt_from_the_inbox__equal_in_any_order(
    channel: Channel, target: Settings, seed: int | None
) -> None:
    channel.deliver(_story(1))
    _check_all_of_it(await _rebuild(channel.database.settings, target, seed))


async def test_case_62__rebuilt_by_the_version_after_this_one__equal(
    channel: Channel, target: Settings, next_version: deploy.Project
) -> None:
    """What the version before applied, and what was applied after the upgrade, in one inbox."""
    story = _story(2)
    channel.deliver(story[::2])
    deploy.create_roles(target)
    for settings in (channel.database.settings, target):
        outcome = deploy.migrate(settings)
        assert "core sql/sync/functions/upsert_user.sql" in outcome.files
    channel.deliver(story[1::2])
    _check_all_of_it(await _rebuild(channel.database.settings, target, None))


async def test_case_62__version_that_reads_an_event_otherwise__each_row_is_named(
    channel: Channel, target: Settings, next_version: deploy.Project
) -> None:
    """The proof is one: a version that would make another mirror of the same inbox is found out."""
    channel.deliver(_story(3))
    edited = """p.payload || '{"first_name": "Edited"}'"""
    edit(
        next_version, "sql/sync/functions/upsert_user.sql", "p.payload, change", f"{edited}, change"
    )
    deploy.create_roles(target)
    deploy.migrate(target)
    people = channel.database.rows("select from workos.users where deleted_at is null")
    built = await _rebuild(channel.database.settings, target, None)
    [users] = [one for one in built.families if one.family == "user"]
    assert users.different == len(people) > 0
    assert sum(one.different for one in built.families) == len(people)
