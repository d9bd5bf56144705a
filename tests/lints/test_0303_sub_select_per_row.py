"""Lint 0303: a policy reads another table for each row."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0303"
MEMBERS = "create table app.members (org_id uuid, user_id uuid, primary key (org_id, user_id))"
ME = "(select app.sealed_org_id())"
EXISTS = f"exists (select from app.members as m where m.org_id = notes.org_id and m.user_id = {ME})"
IN = f"{ME} in (select m.user_id from app.members as m where m.org_id = notes.org_id)"


@pytest.mark.parametrize(
    ("condition", "level"),
    [
        (IN, Level.WARNING),
        (f"{IN} and org_id = {ME}", Level.INFO),
        (EXISTS, Level.INFO),
        (
            "(select count(*) from app.members as m where m.org_id = notes.org_id) > 0",
            Level.WARNING,
        ),
    ],
)
def test_policy__sub_select_with_a_column_of_the_row__found(
    scratch: Scratch, condition: str, level: Level
) -> None:
    scratch.run(
        MEMBERS, f"create policy own on app.notes for select to {REQUEST} using ({condition})"
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.own", level)
    assert finding.detail.startswith("It asks app.members for each row:")


@pytest.mark.parametrize(
    "policy",
    [
        f"select to {REQUEST} using (org_id = any(array(select m.org_id from app.members as m where m.user_id = {ME})))",
        f"select to {REQUEST} using (org_id in (select m.org_id from app.members as m where m.user_id = {ME}))",
        f"select to {REQUEST} using (org_id in (select m.org_id from app.members as m where exists (select from app.keys as k where k.secret = m.user_id::text)))",
        f"select to {REQUEST} using ((select org_id = {ME}))",
        f"select to {REQUEST} using (exists (select from unnest(array[org_id]) as u (id) where u.id = {ME}))",
        f"insert to {REQUEST} with check ({EXISTS})",
        f"select to lint_login using ({IN})",
    ],
)
def test_policy__sub_select_that_runs_once_or_reads_nothing__clean(
    scratch: Scratch, policy: str
) -> None:
    scratch.run(MEMBERS, f"create policy own on app.notes for {policy}")
    assert scratch.found(NUMBER) == []
