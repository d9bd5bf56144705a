"""Lint 0207: a function that policies or triggers call has no search path of its own."""

from __future__ import annotations

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0207"
HELPER = (
    "create function app.is_member(uuid) returns boolean language plpgsql stable {} "
    "as $$begin return app.looked_up($1); end$$"
)
POLICY = f"create policy member on app.notes for select to {REQUEST} using (app.is_member(org_id))"
TRIGGER = (
    "create function app.stamp() returns trigger language plpgsql {} as $$begin return new; end$$",
    "create trigger stamp before insert on app.notes for each row execute function app.stamp()",
)


def test_function__of_a_policy_and_what_it_calls__found_until_mended(scratch: Scratch) -> None:
    scratch.run(
        "create function app.looked_up(uuid) returns boolean language plpgsql "
        "as $$begin return true; end$$",
        HELPER.format(""),
        POLICY,
    )
    assert scratch.found(NUMBER) == ["app.is_member(uuid)", "app.looked_up(uuid)"]
    assert all(one.detail.endswith("and policies call it.") for one in scratch.findings(NUMBER))
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_function__of_a_trigger__found_until_mended(scratch: Scratch) -> None:
    scratch.run(*(one.format("") for one in TRIGGER), f"grant insert on app.notes to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, "triggers" in finding.detail) == ("app.stamp()", True)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_function__of_a_trigger_that_no_request_fires__clean(scratch: Scratch) -> None:
    scratch.run(*(one.format("") for one in TRIGGER))
    assert scratch.found(NUMBER) == []


def test_function__pinned_definer_or_called_by_nobody__clean(scratch: Scratch) -> None:
    path = "set search_path = pg_catalog, pg_temp"
    scratch.run(
        HELPER.format(path),
        POLICY,
        *(one.format("security definer") for one in TRIGGER),
        "create function app.nobody() returns integer language plpgsql as $$begin return 1; end$$",
        "create function app.bound() returns boolean language sql return true",
        f"create policy bound on app.notes for select to {REQUEST} using (app.bound())",
    )
    assert scratch.found(NUMBER) == []
