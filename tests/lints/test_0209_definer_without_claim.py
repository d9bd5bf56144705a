"""Lint 0209: a security definer reaches rows past row security, and does not ask who is there."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0209"


@pytest.fixture(autouse=True)
def exempt(scratch: Scratch) -> None:
    """Make row security bind the owner no more."""
    scratch.as_superuser(f"alter role {OWNER} bypassrls")


def function(head: str, body: str = "from app.notes as n") -> str:
    """Return a security definer that reads the notes' identifiers."""
    return (
        f"create function app.{head} returns setof uuid language plpgsql security definer "
        f"as $$begin return query select n.id {body}; end$$"
    )


@pytest.mark.parametrize("argument", ["org_id", "p_org_id", "_org"])
def test_definer__takes_the_tenant_from_its_caller__error(scratch: Scratch, argument: str) -> None:
    scratch.run(function(f"listed({argument} uuid)"))
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.listed(uuid)", Level.ERROR)
    assert finding.detail == (
        "It reaches app.notes past row security and asks no claim, and it takes "
        f"{argument} from its caller."
    )


def test_definer__takes_the_tenant_and_answers_yes_or_no__warning(scratch: Scratch) -> None:
    scratch.run(
        "create function app.has_notes(org_id uuid) returns boolean language sql security definer "
        "return exists (select from app.notes as n where n.org_id = has_notes.org_id)"
    )
    assert [one.level for one in scratch.findings(NUMBER)] == [Level.WARNING]


@pytest.mark.parametrize("head", ["listed()", "listed(slug text)", "listed(out org_id uuid)"])
def test_definer__takes_no_tenant__info(scratch: Scratch, head: str) -> None:
    scratch.run(function(head))
    assert [one.level for one in scratch.findings(NUMBER)] == [Level.INFO]


def test_definer__by_a_function_and_a_view__found(scratch: Scratch) -> None:
    scratch.run(
        "create view app.all_notes as select n.id from app.notes as n",
        "create function app.below() returns setof uuid language sql "
        "begin atomic select a.id from app.all_notes as a; end",
        function("listed()", "from app.below() as n (id)"),
    )
    assert scratch.found(NUMBER) == ["app.listed()"]


def test_definer__of_a_trigger_that_requests_fire__info(scratch: Scratch) -> None:
    scratch.run(
        "create table app.log (id uuid, org_id uuid)",
        "create function app.tally() returns trigger language plpgsql security definer "
        "as $$begin update app.notes set text = ''; return new; end$$",
        "create trigger tally after insert on app.log for each row execute function app.tally()",
    )
    assert scratch.found(NUMBER) == []
    scratch.run(f"grant insert on app.log to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.level, "by a trigger" in finding.detail) == (Level.INFO, True)


@pytest.mark.parametrize(
    "body",
    [
        "from app.notes as n where n.org_id = app.sealed_org_id()",
        "from app.notes as n where n.org_id::text = current_setting('app.org_id')",
        "from app.notes as n where n.owner_id::text = session_user",
        "from app.keys as n",
    ],
)
def test_definer__asks_a_claim_or_reads_no_row_of_a_tenant__clean(
    scratch: Scratch, body: str
) -> None:
    scratch.run(function("listed(org_id uuid)", body))
    assert scratch.found(NUMBER) == []


def test_definer__that_row_security_binds_or_no_request_calls__clean(scratch: Scratch) -> None:
    scratch.run(
        function("listed(org_id uuid)"),
        "revoke execute on function app.listed(uuid) from public",
    )
    assert scratch.found(NUMBER) == []
    scratch.run(f"grant execute on function app.listed(uuid) to {REQUEST}")
    scratch.as_superuser(f"alter role {OWNER} nobypassrls")
    assert scratch.found(NUMBER) == []


def test_function__with_the_rights_of_its_caller__clean(scratch: Scratch) -> None:
    scratch.run(function("listed(org_id uuid)").replace("security definer", ""))
    assert scratch.found(NUMBER) == []
