"""Lint 0208: everybody may call a security definer."""

from __future__ import annotations

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0208"
FUNCTION = "create function app.total() returns bigint language sql security definer return 1"


def test_definer__open_to_public__found_until_mended(scratch: Scratch) -> None:
    scratch.run(FUNCTION)
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.total()"
    assert finding.fix.endswith(f"to {REQUEST};")
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_definer__open_to_public_and_roles_are_a_guess__no_fix(scratch: Scratch) -> None:
    scratch.run(FUNCTION)
    assert [one.fix for one in scratch.findings(NUMBER, roles=())] == [""]


def test_definer__in_a_closed_schema__clean(scratch: Scratch) -> None:
    scratch.run(FUNCTION)
    scratch.as_superuser(f"revoke usage on schema app from {REQUEST}")
    assert scratch.found(NUMBER) == []


def test_function__granted_invoker_or_of_a_trigger__clean(scratch: Scratch) -> None:
    scratch.run(
        FUNCTION,
        "revoke execute on function app.total() from public",
        f"grant execute on function app.total() to {REQUEST}",
        "create function app.plain() returns integer language sql return 1",
        "create function app.fired() returns trigger language plpgsql security definer "
        "as $$begin return new; end$$",
    )
    assert scratch.found(NUMBER) == []
