"""Lint 0002: row security does not bind the owner of a table, as whom somebody logs in."""

from __future__ import annotations

from orgscope.lint import Level
from tests.lints.conftest import LOGIN, OWNER, REQUEST, Scratch

NUMBER = "0002"
UNFORCED = "alter table app.notes no force row level security"


def test_table__login_can_become_its_owner__warning_until_mended(scratch: Scratch) -> None:
    scratch.run(UNFORCED)
    scratch.as_superuser(f"grant {OWNER} to {LOGIN}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes", Level.WARNING)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__request_can_become_its_owner__error(scratch: Scratch) -> None:
    scratch.run(UNFORCED)
    scratch.as_superuser(f"grant {OWNER} to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert finding.level is Level.ERROR
    assert REQUEST in finding.detail


def test_table__nobody_logs_in_as_its_owner__clean(scratch: Scratch) -> None:
    scratch.run(UNFORCED)
    assert scratch.found(NUMBER) == []


def test_table__owner_bypasses_row_security_or_no_policy_tells_rows_apart__clean(
    scratch: Scratch,
) -> None:
    scratch.as_superuser(f"grant {OWNER} to {LOGIN}")
    scratch.run(
        "create table app.versions (id integer)",
        "alter table app.versions enable row level security",
        f"create policy p on app.versions for select to {REQUEST} using (true)",
    )
    assert scratch.found(NUMBER) == []
    scratch.run(UNFORCED)
    scratch.as_superuser(f"alter role {OWNER} bypassrls")
    assert scratch.found(NUMBER) == []
