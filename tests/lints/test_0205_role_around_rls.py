"""Lint 0205: a role that requests use is one that row security does not bind, or can become one."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import LOGIN, OWNER, REQUEST, Scratch

NUMBER = "0205"
STRONG = ("create role lint_strong bypassrls", f"grant lint_strong to {REQUEST}")


def mend(scratch: Scratch) -> None:
    """Execute what the lint says, which the owner of a schema may not."""
    scratch.as_superuser(*(one.fix for one in scratch.findings(NUMBER)))


@pytest.mark.parametrize("attributes", ["superuser", "bypassrls", "replication bypassrls"])
def test_role__of_requests_is_not_bound__error_until_mended(
    scratch: Scratch, attributes: str
) -> None:
    scratch.as_superuser(f"alter role {REQUEST} {attributes}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == (REQUEST, Level.ERROR)
    mend(scratch)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("granted", ["pg_execute_server_program", OWNER])
def test_role__of_requests_has_the_rights_of_a_strong_one__error_until_mended(
    scratch: Scratch, granted: str
) -> None:
    scratch.as_superuser(f"grant {granted} to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert f"it has the rights of {granted}, which" in finding.detail
    mend(scratch)
    assert scratch.found(NUMBER) == []


def test_role__noinherit_and_can_become_another__error_until_mended(scratch: Scratch) -> None:
    scratch.as_superuser(f"alter role {REQUEST} noinherit", *STRONG)
    [finding] = scratch.findings(NUMBER)
    assert finding.detail == (
        "Requests act as it, and row security is no bound: it can SET ROLE to lint_strong, which "
        "has BYPASSRLS."
    )
    mend(scratch)
    assert scratch.found(NUMBER) == []


def test_role__through_a_group__found_without_a_fix(scratch: Scratch) -> None:
    scratch.as_superuser(
        "create role lint_group", f"grant {OWNER} to lint_group", f"grant lint_group to {REQUEST}"
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.level, finding.fix) == (Level.ERROR, "")


@pytest.mark.parametrize("strong", ["alter role lint_login bypassrls", f"grant {OWNER} to {LOGIN}"])
def test_login__that_leads_to_the_request_and_is_strong__warning_until_mended(
    scratch: Scratch, strong: str
) -> None:
    scratch.as_superuser(strong)
    assert scratch.found(NUMBER) == []
    scratch.as_superuser(f"grant {REQUEST} to {LOGIN}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == (LOGIN, Level.WARNING)
    mend(scratch)
    assert scratch.found(NUMBER) == []


def test_login__superuser_that_was_made_a_member__warning(scratch: Scratch) -> None:
    scratch.as_superuser("alter role lint_login superuser")
    assert scratch.found(NUMBER) == []
    scratch.as_superuser(f"grant {REQUEST} to {LOGIN}")
    assert [one.level for one in scratch.findings(NUMBER)] == [Level.WARNING]


def test_login__that_administers_the_requests_role__clean(scratch: Scratch) -> None:
    scratch.as_superuser(
        f"grant {REQUEST} to {LOGIN} with admin option", f"grant {OWNER} to {LOGIN}"
    )
    assert scratch.found(NUMBER) == []
    scratch.as_superuser("alter role lint_login superuser")
    assert scratch.found(NUMBER) == []


def test_role__administers_a_strong_one_that_it_may_not_become__error(scratch: Scratch) -> None:
    if scratch.connection.info.server_version < 160000:
        scratch.as_superuser(
            "create role lint_strong createrole", f"grant lint_strong to {REQUEST}"
        )
        how = "it can SET ROLE to lint_strong, which has CREATEROLE"
    else:
        scratch.as_superuser(
            "create role lint_strong bypassrls createrole",
            f"grant lint_strong to {REQUEST} with admin true, set false, inherit false",
        )
        how = "it can let itself into lint_strong, which has BYPASSRLS."
    [finding] = scratch.findings(NUMBER)
    assert how in finding.detail


def test_role__may_neither_inherit_nor_set_nor_administer__clean(scratch: Scratch) -> None:
    if scratch.connection.info.server_version < 160000:
        scratch.as_superuser(f"grant {REQUEST} to {OWNER}")
    else:
        scratch.as_superuser(
            f"grant {OWNER} to {REQUEST} with set false, inherit false",
            "create role lint_strong bypassrls",
            f"grant lint_strong to {REQUEST} with set false",
        )
    assert scratch.found(NUMBER) == []


def test_role__that_is_a_guess__info(scratch: Scratch) -> None:
    scratch.as_superuser(f"grant {OWNER} to {LOGIN}")
    assert [one.level for one in scratch.findings(NUMBER, roles=())] == [Level.INFO]
