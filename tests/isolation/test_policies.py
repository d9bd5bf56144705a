"""A policy that lets nobody do what the contract allows was not tried, and is named."""

from __future__ import annotations

import pytest

from orgscope.isolation.catalogue.beyond import chosen, unvaried
from tests.isolation.conftest import Given


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("(current_setting('app.admin'::text, true) = 'on'::text)", "a setting"),
        ("begin return CURRENT_SETTING ('app.admin'); end", "a setting"),
        ("(name = 'my_current_settings')", ""),
        (
            "((authz.claims_or_null() -> 'request'::text) ? 'admin'::text)",
            "the metadata of a request",
        ),
        ("(kind = 'request'::text)", ""),
    ],
)
def test_chosen__text__only_what_a_session_chooses(text: str, what: str) -> None:
    assert chosen(text) == what


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        (
            "((org_id = 'a'::text) OR (now() > '2030-01-01'::date))",
            "the clock, and no time of the row",
        ),
        ("(ends_at > now())", ""),
        ("(know = 1)", ""),
        ("(SESSION_USER = 'support'::name)", "the name of the login"),
        ("((SESSION_USER = 'orgscope_job'::name) AND (org_id = 'a'::text))", ""),
        ("(CURRENT_CATALOG = 'production'::name)", "the name of the database"),
    ],
)
def test_unvaried__expression__only_what_no_attempt_varies(expression: str, what: str) -> None:
    assert unvaried(expression, ["org_id", "ends_at", "know"], "orgscope") == what


def test_policy__nobody_is_reached_by_it__fault(given: Given) -> None:
    given.by_hand(
        "create policy spare on app.events for update to orgscope_backup using (false)",
        "create policy shadow on app.events for select to orgscope_user using (true)",
        "create policy floor on app.events as restrictive for select to public "
        "using (org_id is not null)",
    )
    report = given.check(None, "app.events")
    assert [str(one) for one in report.faults] == [
        "app.events: policy spare lets nobody do anything that the contract allows, so it was not "
        "tried: drop it, or declare whom it is for"
    ]
    assert report.leaks != []


def test_chosen__definer_that_pins_its_search_path__only_what_its_body_reads() -> None:
    pinned = (
        "CREATE OR REPLACE FUNCTION shop.opens()\n RETURNS boolean\n LANGUAGE sql\n"
        " SET search_path TO 'pg_catalog', 'pg_temp'\nBEGIN ATOMIC\n SELECT {};\nEND\n"
    )
    assert chosen(pinned.format("true")) == ""
    assert chosen(pinned.format("pg_temp.opens()")) == "temporary objects"
