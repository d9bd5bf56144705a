"""The user of an authenticate response, which leaves fields out: none of them is blanked."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from orgscope.errors import (
    PayloadInvalid,
)
from orgscope.sync import (
    Outcome,
    Synced,
    read_clock,
    sync_user_profile_data,
)
from tests.database import unique, user
from tests.integration.sync.stage import Json, Stage


def profile(person: Json, **changes: Any) -> Json:
    """Return a person as the authenticate response has them."""
    return {name: value for name, value in {**person, **changes}.items() if name != "metadata"}


async def signed_in(stage: Stage, user: Json) -> Synced:
    """Bring in the user of an authenticate response that is answered now."""
    async with stage.own.login("sync") as connection:
        read_at = await read_clock(connection)
    return await sync_user_profile_data(stage.own, stage.workos, user, read_at=read_at)


async def test_profile__mirrored_person__metadata_stays(stage: Stage, person: Json) -> None:
    stage.deliver()
    signed = profile(person, last_sign_in_at="2026-01-15T12:00:09.000Z")
    assert await signed_in(stage, signed) == Synced(Outcome.APPLIED, "workos", signed)
    expected = {**signed, "metadata": {"plan": "gold"}}
    assert stage.raw("users", person["id"]) == expected
    assert (await signed_in(stage, signed)).outcome is Outcome.STALE
    assert (stage.raw("users", person["id"]), stage.tasks()) == (expected, set())


async def test_profile__new_version__metadata_stays_and_is_read_again(
    stage: Stage, person: Json
) -> None:
    stage.deliver()
    newer = stage.local.update_user(person["id"], first_name="Newer", metadata={"plan": "lead"})
    assert (await signed_in(stage, profile(newer))).outcome is Outcome.APPLIED
    assert stage.raw("users", person["id"]) == {**newer, "metadata": {"plan": "gold"}}
    assert stage.tasks() == {f"user:{person['id']}"}
    stage.deliver()
    assert stage.raw("users", person["id"]) == newer, "the event knows all of it"


async def test_profile__nobody_mirrored__partly_known_until_the_event(
    stage: Stage, person: Json
) -> None:
    assert (await signed_in(stage, profile(person))).outcome is Outcome.APPLIED
    assert stage.raw("users", person["id"]) == profile(person)
    assert stage.tasks() == {f"user:{person['id']}"}
    stage.deliver()
    assert stage.raw("users", person["id"]) == person


async def test_profile__newer_event_before_it__event_stays(stage: Stage, person: Json) -> None:
    newer = stage.local.update_user(person["id"], first_name="Newer")
    stage.deliver()
    assert (await signed_in(stage, profile(person))).outcome is Outcome.STALE
    assert stage.raw("users", person["id"]) == newer


async def test_profile__older_event_after_it__profile_stays(stage: Stage, person: Json) -> None:
    deliver_late = stage.hold_back()
    newer = stage.local.update_user(person["id"], first_name="Newer")
    await signed_in(stage, profile(newer))
    assert deliver_late() == ["stale"]
    assert stage.raw("users", person["id"]) == profile(newer)


@pytest.mark.parametrize("mirrored", [False, True])
async def test_profile__whole_person_in_a_transaction_meanwhile__nothing_is_lost(
    stage: Stage, person: Json, mirrored: bool
) -> None:
    """The row is held, also where there was none: the merge sees what the other has written."""
    if mirrored:
        stage.deliver()
    whole = stage.local.update_user(person["id"], metadata={"plan": "lead"})
    newer = stage.local.update_user(person["id"], first_name="Newer")
    with stage.database.connect("sync", autocommit=False) as connection:
        connection.execute("select sync.apply_read('user', %s, now())", (json.dumps(whole),))

        def commit_when_somebody_waits() -> None:
            deadline = time.monotonic() + 10
            waiting = "select count(*) from pg_locks where not granted"
            while stage.database.rows(waiting) == [(0,)] and time.monotonic() < deadline:
                pass
            connection.commit()

        other = threading.Thread(target=commit_when_somebody_waits)
        other.start()
        assert (await signed_in(stage, profile(newer))).outcome is Outcome.APPLIED
        other.join()
    assert stage.raw("users", person["id"]) == newer


async def test_profile__lossy_row__stays_lossy(stage: Stage, person: Json) -> None:
    stage.database.receive("user.created", {**person, "metadata": {"plan": "go\x00ld"}})
    await signed_in(stage, profile(person, locale="fr"))
    assert stage.database.rows("select lossy, raw ->> 'locale' from workos.users") == [(True, "fr")]


async def test_profile__deleted_or_erased__stays_so(stage: Stage, person: Json) -> None:
    stage.local.delete_user(person["id"])
    stage.deliver()
    newer = profile(person, updated_at="2036-01-15T12:00:00.000Z")
    assert (await signed_in(stage, newer)).outcome is Outcome.STALE
    assert (stage.rows("users"), stage.tasks()) == ([("dead", "webhook")], set())
    erased = user(unique("user"))
    stage.erase(erased["id"])
    assert await signed_in(stage, profile(erased)) == Synced(Outcome.IGNORED, "workos")
    assert len(stage.rows("users")) == 1


async def test_profile__no_version__refused_and_nothing_left(stage: Stage, person: Json) -> None:
    with pytest.raises(PayloadInvalid):
        await signed_in(stage, {"id": person["id"]})
    assert (stage.rows("users"), stage.tasks()) == ([], set())
