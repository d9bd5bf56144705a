"""Lint 0104: a function that a policy calls says that it is immutable, and is not."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0104"


def test_function__serves_the_tenant_of_the_first_run__found_until_mended(scratch: Scratch) -> None:
    scratch.run(
        "alter function app.org_id() immutable",
        f"create policy own on app.notes for select to {REQUEST} using (org_id = app.org_id())",
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.org_id()"
    assert "reads the setting app.org_id:" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("language sql return app.org_id() is not null", "the setting app.org_id"),
        ("language plpgsql as $$ begin return app.org_id() is not null; end $$", "the setting app.org_id"),
        ("language sql return exists (select from app.keys)", "app.keys"),
        ("language sql return current_user = 'x'", "the current user"),
    ],
)  # fmt: skip
def test_function__depends_on_the_session_by_others__found_until_mended(
    scratch: Scratch, body: str, what: str
) -> None:
    scratch.run(
        f"create function app.is_known() returns boolean immutable {body}",
        f"create policy own on app.notes for select to {REQUEST} using (app.is_known())",
    )
    [finding] = scratch.findings(NUMBER)
    assert f"reads {what}:" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_function__stable_or_of_its_arguments_only__clean(scratch: Scratch) -> None:
    scratch.run(
        "create function app.trim_id(x text) returns uuid language sql immutable "
        "return btrim(x, '{}')::uuid",
        f"create policy own on app.notes for select to {REQUEST} "
        "using (org_id = (select app.org_id()) and owner_id = app.trim_id(text))",
    )
    assert scratch.found(NUMBER) == []
