"""``orgscope policy explain``: what it prints, and how it ends."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from orgscope.cli import app
from orgscope.devstack import environment
from tests.database import Database
from tests.explain.conftest import EVENT, OTHER_ORG
from tests.tokens import ORG_ID, USER_ID


def run(practices: Database, *words: str) -> Result:
    arguments = ["policy", "explain", "app.events", "--user", USER_ID, "--org", ORG_ID]
    return CliRunner().invoke(
        app, [*arguments, "--reason", "a test", *words], env=environment(practices.settings)
    )


def test_policy_explain__row_of_another_practice__false_clauses_and_exit_2(
    practices: Database,
) -> None:
    result = run(
        practices, "--command", "update", "--row", f"org_id={OTHER_ORG}", "--row", f"id={EVENT}"
    )
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        f"update on app.events by {USER_ID} in {ORG_ID} (role admin, permissions -)",
        "  true  context: opens, by the mirror",
        "  true  grant to the request role",
        "  false permissive update_own",
        "    false using all of",
        f"      false (org_id = '{ORG_ID}'::text)",
        f"      false (owner_id = '{USER_ID}'::text)",
        "    false with check all of",
        f"      false (org_id = '{ORG_ID}'::text)",
        f"      false (owner_id = '{USER_ID}'::text)",
        "not reached: no policy lets it through",
    ]


def test_policy_explain__own_row_and_no_row__exit_0(practices: Database) -> None:
    own = run(practices, "--row", f"org_id={ORG_ID}", "--row", f"id={EVENT}")
    assert (own.exit_code, own.output.splitlines()[-1]) == (
        0,
        "reached: select_own_org lets it through",
    )
    every = run(practices)
    assert (every.exit_code, every.output.splitlines()[-1]) == (
        0,
        "depends: true for 1 of 2 rows",
    )


def test_policy_explain__row_without_a_column__usage(practices: Database) -> None:
    result = run(practices, "--row", EVENT)
    assert result.exit_code == 2
    assert "COLUMN=VALUE" in result.output


def test_policy_explain__no_row_to_tell_by__said_and_exit_3(practices: Database) -> None:
    practices.admin.execute("delete from app.events")
    result = run(practices)
    assert result.exit_code == 3
    assert result.output.splitlines()[-1] == "cannot be told: app.events has no row"
