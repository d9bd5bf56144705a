"""Lint 0219: requests may execute functions that reach beyond this database."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from orgscope.project import core
from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0219"
READ = "pg_read_file(text)"


def hardened() -> str:
    """Return the query of the functions that orgscope takes from PUBLIC."""
    text = (core().sql / "roles_hardening.sql").read_text("utf-8")
    return text.split("for v_function in\n", 1)[1].split("\n  loop\n", 1)[0]


def harden(scratch: Scratch) -> None:
    """Take from PUBLIC what orgscope takes from it."""
    for (function,) in scratch.connection.execute(hardened().encode()).fetchall():
        scratch.as_superuser(f"revoke execute on function {function} from public")


def mend(scratch: Scratch) -> None:
    """Execute what the lint says, which the owner of a schema may not."""
    scratch.as_superuser(*(one.fix for one in scratch.findings(NUMBER)))


def test_catalogue__as_postgresql_leaves_it__info_until_mended(scratch: Scratch) -> None:
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("pg_catalog", Level.INFO)
    mend(scratch)
    assert scratch.found(NUMBER) == []
    left = scratch.connection.execute(
        f"select h.f from ({hardened()}) as h (f) where has_function_privilege(0, h.f, 'execute')".encode()
    ).fetchall()
    assert left == []


def test_catalogue__as_orgscope_hardens_it__clean(scratch: Scratch) -> None:
    harden(scratch)
    assert scratch.found(NUMBER) == []


def test_function__that_reads_files_of_the_server__error_until_mended(scratch: Scratch) -> None:
    harden(scratch)
    scratch.as_superuser(f"grant execute on function {READ} to lint_login")
    assert scratch.found(NUMBER) == []
    scratch.as_superuser(f"grant execute on function {READ} to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == (READ, Level.ERROR)
    mend(scratch)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    ("name", "level"), [("dblink", Level.WARNING), ("pg_stat_statements", Level.INFO)]
)
def test_extension__that_reaches_others__found_until_mended(
    scratch: Scratch, name: str, level: Level
) -> None:
    harden(scratch)
    scratch.as_superuser(
        "create function app.ask() returns integer language sql return 1",
        # Any extension will do: not every server has these.
        "alter extension plpgsql add function app.ask()",
        f"update pg_extension set extname = '{name}' where extname = 'plpgsql'",
    )
    found = {one.identity: one.level for one in scratch.findings(NUMBER)}
    assert found == {name: level}
    mend(scratch)
    assert scratch.found(NUMBER) == []
