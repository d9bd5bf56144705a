"""Lint 0301: no index begins with a column by which policies look for rows."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0301"
TENANT = "org_id = (select app.sealed_org_id())"


@pytest.fixture(autouse=True)
def _notes_are_indexed(scratch: Scratch) -> None:
    scratch.run("create index on app.notes (org_id)")


def _docs(scratch: Scratch, *policies: str) -> None:
    scratch.run(
        "create table app.docs (id uuid primary key, org_id uuid, owner_id uuid, live boolean)",
        "alter table app.docs enable row level security",
        *(
            f"create policy p{number} on app.docs for {policy}"
            for number, policy in enumerate(policies)
        ),
    )


@pytest.mark.parametrize(
    "condition",
    [
        TENANT,
        "(select app.sealed_org_id()) = org_id",
        "org_id = any(array(select app.sealed_org_id()))",
        "org_id = any(array(select n.org_id from app.notes as n))",
        f"live and ({TENANT} and id is not null)",
        f"{TENANT} and (live or owner_id = (select app.sealed_org_id()))",
    ],
)
def test_table__no_index_begins_with_the_tenant__found_until_mended(
    scratch: Scratch, condition: str
) -> None:
    _docs(scratch, f"select to {REQUEST} using ({condition})")
    scratch.run("create index on app.docs (live, org_id)")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("app.docs", "create index on app.docs (org_id);")
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__two_policies_with_one_column_in_common__one_index_mends_both(
    scratch: Scratch,
) -> None:
    own = "owner_id = (select app.sealed_org_id())"
    _docs(
        scratch,
        f"select to {REQUEST} using ({own})",
        f"delete to {REQUEST} using ({TENANT} and {own})",
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.fix == "create index on app.docs (owner_id);"
    assert "the policies p0, p1 look for rows" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__index_is_partial__counts_only_with_the_policys_own_condition(
    scratch: Scratch,
) -> None:
    _docs(scratch, f"select to {REQUEST} using ({TENANT} and owner_id is null)")
    scratch.run("create index on app.docs (org_id) where id is null")
    assert scratch.found(NUMBER) == ["app.docs"]
    scratch.run("create index on app.docs (org_id) where owner_id is null")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "policy",
    [
        f"insert to {REQUEST} with check ({TENANT})",
        f"select to {REQUEST} using (live = (select app.org_id() is null) or {TENANT})",
        f"select to {REQUEST} using (not ({TENANT}))",
        f"select to {REQUEST} using (live = true)",
        f"select to {REQUEST} using (id = (select app.org_id()) and {TENANT})",
        f"select to lint_login using ({TENANT})",
        f"select to {REQUEST} using (owner_id = org_id)",
    ],
)
def test_table__nothing_to_search_by_or_one_index_is_enough__clean(
    scratch: Scratch, policy: str
) -> None:
    _docs(scratch, policy)
    assert scratch.found(NUMBER) == []


def test_column__searched_within_and_not_by__clean(scratch: Scratch) -> None:
    scratch.run(
        "create table app.teams (members uuid[])",
        "alter table app.teams enable row level security",
        f"create policy p on app.teams for select to {REQUEST} "
        "using ((select app.sealed_org_id()) = any(members))",
    )
    assert scratch.found(NUMBER) == []
