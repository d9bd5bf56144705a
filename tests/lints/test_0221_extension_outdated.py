"""Lint 0221: an extension is older than the one that the server has."""

from __future__ import annotations

from typing import Any

from tests.lints.conftest import Scratch

NUMBER = "0221"


def install(scratch: Scratch) -> tuple[Any, ...]:
    """Make an extension that can be updated; return its name and a version before its own."""
    [found] = scratch.connection.execute(
        "select a.name, p.source from pg_available_extensions as a "
        "cross join lateral pg_extension_update_paths(a.name) as p "
        "where a.name in ('hstore', 'vector') and p.target = a.default_version "
        "and p.path is not null order by p.source desc limit 1"
    ).fetchall()
    scratch.as_superuser(f"create extension {found[0]}")
    return found


def test_extension__older_than_the_server_has__found(scratch: Scratch) -> None:
    name, before = install(scratch)
    assert scratch.found(NUMBER) == []
    scratch.as_superuser(
        f"update pg_extension set extversion = '{before}' where extname = '{name}'"
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == (name, f"alter extension {name} update;")


def test_extension__of_a_version_that_leads_nowhere__clean(scratch: Scratch) -> None:
    name, _ = install(scratch)
    scratch.as_superuser(f"update pg_extension set extversion = '99' where extname = '{name}'")
    assert scratch.found(NUMBER) == []
