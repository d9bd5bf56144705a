"""Lint 0220: an extension has put its objects into schema public."""

from __future__ import annotations

from tests.lints.conftest import Scratch

NUMBER = "0220"


def test_extension__in_public__found_until_mended(scratch: Scratch) -> None:
    [(name,)] = scratch.connection.execute(
        "select name from pg_available_extensions where name in ('citext', 'vector') limit 1"
    ).fetchall()
    scratch.as_superuser(f"create extension {name} schema public")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == name
    scratch.as_superuser(finding.fix)
    assert scratch.found(NUMBER) == []


def test_extension__in_public_and_not_relocatable__found_without_a_fix(scratch: Scratch) -> None:
    scratch.as_superuser(
        "update pg_extension set extnamespace = 'public'::regnamespace where extname = 'plpgsql'"
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("plpgsql", "")
