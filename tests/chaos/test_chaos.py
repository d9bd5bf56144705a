"""Twenty histories, two of them with kills; and two planted defects, which must be found.

``make chaos`` plays as many as are wanted, and ``make chaos DEFECTS=1`` plants all defects.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos.bench import Bench
from tests.chaos.defects import DEFECTS, catch
from tests.chaos.plan import Plan, Step
from tests.chaos.planner import FEWEST_EVENTS, MOST_EVENTS, make_plan
from tests.chaos.shrink import describe, shrunk
from tests.chaos.tally import Outcome, Tally
from tests.database import Database

SEED = 1
FEW = 50


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    logging.disable(logging.CRITICAL)  # trouble is what histories are made of
    try:
        with Bench(database.settings, database.admin) as bench:
            yield bench
    finally:
        logging.disable(logging.NOTSET)


def said(number: int, outcome: Outcome) -> list[str]:
    """Return what was found, with what replays it."""
    return [f"make chaos SEED={SEED} ONLY={number}: {one}" for one in outcome.findings]


def test_histories__delivered_badly__mirror_equals_workos(bench: Bench) -> None:
    tally, found = Tally(), list[str]()
    for number in range(1, 19):
        outcome = bench.play(make_plan(SEED, number))
        tally += outcome.tally
        found += said(number, outcome)
    assert found == []
    assert {"both", "feed", "webhook"} == {kind for group, kind in tally if group == "histories"}
    assert tally["deliveries", "dropped"] > 0
    assert tally["deliveries", "duplicates"] > 0
    assert tally["reads", "backfill to its end"] > 0
    assert tally["reads", "reconcile to its end"] > 0


def test_histories__service_worker_and_database_killed__nothing_is_lost(bench: Bench) -> None:
    tally, found = Tally(), list[str]()
    for number in (20, 40):
        outcome = bench.play(make_plan(SEED, number), kills=True)
        tally += outcome.tally
        found += said(number, outcome)
    assert found == []
    assert all(tally["kills", victim] >= 2 for victim in ("service", "worker", "database"))
    assert {group for group, _ in tally} >= {"faults", "kills"}


@pytest.mark.parametrize("defect", ["no tombstone", "no cascade"])
def test_histories__planted_defect__is_found(bench: Bench, defect: str) -> None:
    caught = catch(defect, bench, (make_plan(SEED, number) for number in range(1, FEW + 1)))
    assert caught is not None
    assert caught.anyway == ()


def test_shrunk__planted_defect__smaller_and_fails_in_a_like_way(bench: Bench) -> None:
    verbs = ("create_organization", *["create_user", "update_user"] * 5, "delete_organization")
    steps = tuple(Step(number, verb) for number, verb in enumerate(verbs, 1))
    plan = replace(Plan.draft(SEED, 2), old=0, cascade_events=False, reconciles=False, steps=steps)
    with DEFECTS["no cascade"](bench.admin):
        outcome = bench.play(plan)
        small = shrunk(plan, outcome, bench.play)
        again = bench.play(small)
    assert [step.verb for step in small.steps] == ["create_organization", "delete_organization"]
    alike = {(one.kind, one.family, one.field) for one in outcome.findings}
    assert not alike.isdisjoint((one.kind, one.family, one.field) for one in again.findings)
    assert bench.play(small).findings == []
    assert describe(small, again).startswith(f"{len(small.steps)} steps, ")


def test_make_plan__same_numbers__same_plan() -> None:
    assert make_plan(SEED, 7) == make_plan(SEED, 7)
    assert make_plan(SEED, 7) != make_plan(SEED, 8)
    assert FEWEST_EVENTS < MOST_EVENTS
