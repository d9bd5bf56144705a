"""Every mistake that is made on purpose must be noticed, and a survivor is named with its SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from orgscope.errors import IsolationAborted
from orgscope.isolation.attempts.prepare import Prepared
from orgscope.isolation.catalogue.helpers import read_helpers
from orgscope.isolation.catalogue.read import read_catalogue
from orgscope.isolation.catalogue.tables import Privilege
from orgscope.isolation.catalogue.views import ViewInfo
from orgscope.isolation.contract.model import View
from orgscope.isolation.mutants.guards import guard_mutants
from orgscope.isolation.mutants.helpers import helper_mutants
from orgscope.isolation.mutants.mutant import Mutant
from orgscope.isolation.mutants.policies import policy_mutants
from tests.isolation.conftest import Given

SCHEMAS = ("authz", "workos", "sync", "audit", "deploy", "app")


def test_mutants__of_core_and_booking__six_for_each_policy_and_three_for_each_helper(
    given: Given,
) -> None:
    with psycopg.connect(given.dsn) as connection:
        catalogue = read_catalogue(connection, SCHEMAS, "orgscope")
        helpers = read_helpers(connection, SCHEMAS)
    forced = [table.name for table in catalogue.tables if table.forced]
    policies = Counter(one.target for one in policy_mutants(catalogue.policies, forced, "orgscope"))
    assert len(policies) == len(catalogue.policies)
    few = {one for one, number in policies.items() if number < 6}
    assert {one for one in few if "on deploy." not in one} == set()
    functions = Counter(one.target for one in helper_mutants(helpers, "orgscope"))
    assert min(functions.values()) >= 3
    assert {
        f"function authz.{name}" for name in ("sealed_claims(boolean)", "org_id_or_null()")
    } <= {*functions}


def test_guard_mutants__column_that_needs_quotes__is_quoted() -> None:
    grant = Privilege("orgscope_backup", "SELECT", '100% "of" {it}')
    view = ViewInfo(
        1, "shop.sums", "orgscope_owner", (), True, True, "", frozenset(), frozenset({grant})
    )
    prepared = Prepared(views=[(view, View(scope="internal"))])
    made = {one.sql for one in guard_mutants(prepared, "orgscope", ownership=False)}
    assert 'revoke select ("100% ""of"" {it}") on "shop"."sums" from "orgscope_backup"' in made


def test_hunt__clean_table__no_mutant_survives(given: Given) -> None:
    report = given.check(None, "app.events", "workos.users", mutants=True)
    assert report.exit_code == 0
    assert [str(fate) for fate in report.survivors] == []
    assert len(report.fates) > 150
    assert report.mutation_score.startswith(f"mutants: {len(report.fates)}/{len(report.fates)} ")
    assert {
        fate.mutant for fate in report.fates if fate.mutant.endswith("owned by orgscope_migrator")
    } == {f"table {name}: owned by orgscope_migrator" for name in ("app.events", "workos.users")}
    # Both ways of noticing were needed.
    assert {fate.by_catalogue for fate in report.fates} == {True, False}


def test_hunt__column_grant_keeps_out_what_no_policy_does__aborted(given: Given) -> None:
    given.by_hand(
        "alter policy update_own on app.events with check (true)",
    )
    with pytest.raises(IsolationAborted, match=r"may write every column, .*Only the grant"):
        given.check(None, "app.events", mutants=True)


def test_hunt__mistake_that_is_not_undone__aborted(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be noticed instead of each that follows."""

    def kept(*arguments: Any) -> Iterator[Mutant]:
        yield replace(next(policy_mutants(*arguments)), undo=())

    monkeypatch.setattr("orgscope.isolation.run.policy_mutants", kept)
    with pytest.raises(IsolationAborted, match="was not undone"):
        given.check(None, "app.events", mutants=True)


def test_hunt__something_differs_already__no_mutant_is_made(given: Given) -> None:
    given.by_hand("create policy x on app.events using (true)")
    report = given.check(None, "app.events", mutants=True)
    assert (report.exit_code, list(report.fates)) == (1, [])


def test_isolation__checks_of_the_seal_left_out__leaks(given: Given) -> None:
    mac = "(v_expected = v_mac) is not true"
    ended = (
        "not expired and ((v_claims ->> 'until')::numeric < extract(epoch from clock_timestamp()))"
    )
    with psycopg.connect(given.dsn) as connection:
        [(definition,)] = connection.execute(
            "select pg_get_functiondef('authz.sealed_claims(boolean)'::regprocedure)"
        ).fetchall()
    assert (mac in definition, ended in definition) == (True, True)
    given.by_hand(definition.replace(mac, "false").replace(ended, "false"))
    leaks = [str(one) for one in given.check().leaks]
    assert {
        "context of A, replayed: require a context on authz (WS301): expected denied, got opened",
        "member of A whose token has ended: require a context on authz (WS309): "
        "expected denied, got opened",
    } <= set(leaks)
    for actor in ("context of A, replayed", "member of A whose token has ended"):
        assert [one for one in leaks if one.startswith(f"{actor}: select on app.events")] != []
