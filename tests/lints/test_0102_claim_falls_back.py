"""Lint 0102: without a claim a request gets a tenant all the same."""

from __future__ import annotations

import pytest

from tests.lints.conftest import LOGIN, OWNER, REQUEST, Scratch

NUMBER = "0102"
ACME = "'0f000000-0000-0000-0000-000000000001'"
SETTING = "nullif(current_setting('app.org_id', true), '')"


def policy(expression: str) -> str:
    """Return a policy for requests with this condition."""
    return f"create policy own on app.notes for select to {REQUEST} using ({expression})"


@pytest.mark.parametrize(
    "expression",
    [
        f"org_id = coalesce((select app.sealed_org_id()), {ACME})",
        f"org_id = any(array[coalesce({SETTING}::uuid, {ACME})])",
        f"org_id::text = coalesce({SETTING}, 'acme')",
    ],
)
def test_policy__falls_back_to_a_constant__found(scratch: Scratch, expression: str) -> None:
    scratch.run(policy(expression))
    assert scratch.found(NUMBER) == ["app.notes.own"]
    scratch.run("alter policy own on app.notes using (org_id = (select app.sealed_org_id()))")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "body",
    [
        f"language sql stable return coalesce({SETTING}::uuid, {ACME})",
        f"language sql stable as $$ select coalesce(current_setting('app.o', true)::uuid, {ACME}) $$",
        f"language sql stable as $$ select coalesce(app.org_id(), {ACME}::uuid) $$",
        "language plpgsql stable as $$ begin if current_setting('app.o', true) is null then "
        f"return {ACME}; end if; return current_setting('app.o'); end $$",
    ],
)
@pytest.mark.parametrize("is_inner", [False, True])
def test_function__falls_back_to_a_constant__found_until_replaced(
    scratch: Scratch, body: str, is_inner: bool
) -> None:
    scratch.run(
        f"create function app.inner_id() returns uuid {body}",
        "create function app.outer_id() returns uuid language sql stable return app.inner_id()",
        policy(f"org_id = (select app.{'outer' if is_inner else 'inner'}_id())"),
    )
    assert scratch.found(NUMBER) == ["app.inner_id()"]
    scratch.run(
        "create or replace function app.inner_id() returns uuid language sql stable "
        "return app.sealed_org_id()"
    )
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "body",
    [
        "returns text language sql stable return coalesce(current_setting('app.org_id', true), '')",
        "returns uuid language sql stable return coalesce(app.org_id(), '00000000-0000-0000-0000-000000000000')",
        "returns text language sql stable as $$ select coalesce(current_setting('app.o', true), '{}')::jsonb ->> 'org' $$",
        "returns text language sql stable as $$ select concat(coalesce(null, ''), current_setting('app.o', true), 'x') $$",
    ],
)
def test_function__falls_back_to_nobody__clean(scratch: Scratch, body: str) -> None:
    scratch.run(
        f"create function app.who() {body}", policy("org_id::text = (select app.who()::text)")
    )
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.sealed_org_id()) and coalesce(current_setting('app.role', true), 'reader') = 'editor'",
        "org_id = (select app.sealed_org_id()) and coalesce(text, 'x') = 'x'",
        "coalesce(org_id = (select app.sealed_org_id()), false)",
    ],
)
def test_policy__falls_back_to_a_role_or_of_a_column__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(policy(expression))
    assert scratch.found(NUMBER) == []


def test_policy__of_a_role_that_no_request_acts_as__clean(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes to {OWNER} "
        f"using (org_id = coalesce((select app.sealed_org_id()), {ACME}))"
    )
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "setting", ["app.org_id = ''", "search_path = 'app'", "app.theme = 'dark'"]
)
def test_setting__empty_or_of_the_server_or_no_claim__clean(scratch: Scratch, setting: str) -> None:
    scratch.as_superuser(f"alter role {LOGIN} set {setting}")
    scratch.run(
        policy("org_id = (select app.org_id()) or text = current_setting('search_path', true)")
    )
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "whose", ["database lints", f"role {LOGIN}", f"role {LOGIN} in database lints"]
)
def test_setting__has_a_value_beforehand__found_until_reset(scratch: Scratch, whose: str) -> None:
    scratch.as_superuser(
        f"alter {whose} set app.org_id = 'acme'", f"alter {whose} set app.theme = 'dark'"
    )
    assert scratch.found(NUMBER) == []
    scratch.run(policy("org_id = (select app.org_id())"))
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("app.org_id", f"alter {whose} reset app.org_id;")
    scratch.as_superuser(finding.fix)
    assert scratch.found(NUMBER) == []
