"""Case 52 and bad answers: a list that cannot be read is named, and everything else goes on."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from orgscope.sync.run import Report
from tests.correctness.people import USERS, mirror_only, started
from tests.correctness.stage import Stage
from tests.correctness.test_away import FAULTS

CONNECTIONS = "/connections"
OF_A_LIST = {name: fault for name, fault in FAULTS.items() if name not in {"401", "404"}}


def failing(path: str, said: Any) -> Any:
    """Return what answers one list with a fault."""

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path != path:
            return None
        if isinstance(said, Exception):
            raise said
        return httpx2.Response(said.status_code, content=said.content, headers=said.headers)

    return answer


async def run(stage: Stage, kind: Any, **options: bool) -> Report:
    report = await stage.run.run(kind, **options)
    assert report is not None
    return report


def due(stage: Stage, every: str = "1 day") -> tuple[str | None, bool | None]:
    [row] = stage.database.rows("select kind, repair from sync.due_run(%s)", (every,))
    return row[0], row[1]


@pytest.mark.parametrize("name", OF_A_LIST)
async def test_case_52__one_list_cannot_be_read__named_with_what_to_do_until_it_can(
    stage: Stage, name: str
) -> None:
    said, _, hint = OF_A_LIST[name]
    await started(stage)
    stage.world.create_user("grace@example.com")
    stage.send(lose=True)
    stage.answer = failing(CONNECTIONS, said)
    report = await run(stage, "backfill")
    assert len(report.failures) == 1
    assert stage.problems().keys() == {"lists unread"}
    assert hint in stage.problems()["lists unread"]
    assert stage.database.rows(
        "select count(*) from workos.users where email = 'grace@example.com'"
    ) == [(1,)], "the other lists are read"
    stage.answer = lambda _: None
    assert (await run(stage, "backfill")).failures == []
    assert stage.problems() == {}


@pytest.mark.parametrize("kind", ["backfill", "reconcile"])
async def test_case_52__list_of_everything_is_not_found__a_failure_and_no_empty_world(
    stage: Stage, kind: str
) -> None:
    """What has no parent cannot be gone with it."""
    await started(stage)
    stage.world.create_user("grace@example.com")
    stage.send(lose=True)
    stage.answer = failing(USERS, httpx2.Response(404, json={"message": "Not Found"}))
    report = await run(stage, kind)
    assert len(report.failures) == 1
    assert "lists unread" in stage.problems()
    assert stage.database.rows(
        "select count(*) from sync.runs where run_id = %s and state = 'running'", (report.run_id,)
    ) == [(1,)]


async def test_case_52__list_cannot_be_read_for_an_hour__the_run_ends_and_the_next_one_is_due(
    stage: Stage,
) -> None:
    stage.answer = failing(CONNECTIONS, httpx2.Response(403, json={}))
    assert due(stage) == ("backfill", False)
    await run(stage, "backfill")
    assert due(stage) == ("backfill", False), "it is gone on with"
    stage.database.admin.execute("update sync.runs set started_at = now() - interval '2 hours'")
    await run(stage, "backfill")
    assert stage.problems().keys() == {"run stopped"}
    assert "1 lists could not be read" in stage.problems()["run stopped"]
    assert due(stage) == (None, None)
    stage.database.admin.execute("update sync.runs set finished_at = now() - interval '25 hours'")
    assert due(stage) == ("reconcile", True)


async def test_case_52__suspect_cannot_be_asked_about_for_an_hour__the_run_says_so(
    stage: Stage,
) -> None:
    await started(stage)
    [gone] = mirror_only(stage)
    stage.answer = failing(f"{USERS}/{gone}", httpx2.Response(500, json={}))
    await run(stage, "reconcile", repair=True)
    stage.database.admin.execute(
        "update sync.runs set started_at = now() - interval '2 hours' where state = 'running'"
    )
    await run(stage, "reconcile", repair=True)
    assert "could not be asked about" in stage.problems()["run stopped"]
