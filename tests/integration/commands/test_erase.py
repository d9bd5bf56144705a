"""`orgscope erase`: a person or an organization, by the command; what it takes is in tests/sql."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from orgscope.cli import app
from orgscope.errors import ErasureRefused, Forbidden
from tests.database import organization, user
from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored

PAGE: Final = Path(__file__).parents[3] / "docs" / "howto" / "erase.md"
USER = "select count(*) from workos.users where id = %s"
WHO = "select kind, reason from audit.contexts order by id desc limit 1"


@pytest.fixture
def person(mirrored: Mirrored) -> str:
    """Somebody whom the feed has brought."""
    assert mirrored.inside("feed", "--once").returncode == 0
    return str(mirrored.world.users[0]["id"])


def test_erase__person__reported_by_table_and_gone(mirrored: Mirrored, person: str) -> None:
    result = mirrored("erase", person, "--reason", "ticket 4711")
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["table", "rows", "what"]
    assert ["workos.users", "1", "deleted"] in lines
    assert mirrored.database.rows(USER, (person,)) == [(0,)]
    assert mirrored.database.rows(WHO) == [("admin", "ticket 4711")]


def test_erase__dry_run__same_report_and_nothing_gone(mirrored: Mirrored, person: str) -> None:
    tried = mirrored.inside("erase", person, "--reason", "ticket 4711", "--dry-run")
    assert mirrored.database.rows(USER, (person,)) == [(1,)]
    assert mirrored.database.rows("select count(*) from authz.tombstones") == [(0,)]
    assert mirrored.database.rows(WHO) == [("admin", "ticket 4711")]
    done = mirrored.inside("erase", person, "--reason", "ticket 4711")
    assert tried.stdout == done.stdout + "nothing was erased: that is what --dry-run is for\n"


def test_erase__read_again_from_workos__stays_gone(mirrored: Mirrored, person: str) -> None:
    mirrored.inside("erase", person, "--reason", "ticket 4711")
    mirrored.inside("sync", "user", person)
    assert mirrored.inside("backfill").returncode == 0
    assert mirrored.inside("reconcile", "--repair").returncode == 0
    mirrored.inside("inbox", "replay", "--since", "2020-01-01")
    assert mirrored.database.rows(USER, (person,)) == [(0,)]
    assert mirrored.inside("reconcile").returncode == 0


def test_erase__twice__says_that_nothing_was_left(mirrored: Mirrored, person: str) -> None:
    mirrored.inside("erase", person, "--reason", "ticket 4711")
    again = mirrored.inside("erase", person, "--reason", "ticket 4711")
    assert again.stdout == "it was erased before, and nothing was left of it\n"


def test_erase__organization__gone_and_members_stay(mirrored: Mirrored, person: str) -> None:
    [organization, *_] = mirrored.world.organizations
    result = mirrored.inside(
        "erase", "--organization", organization["id"], "--reason", "ticket 4711"
    )
    assert result.returncode == 0
    assert mirrored.database.rows(
        "select (select count(*) from workos.organizations where id = %s), "
        "(select count(*) from workos.organization_memberships where organization_id = %s)",
        (organization["id"], organization["id"]),
    ) == [(0, 0)]
    assert mirrored.database.rows(USER, (person,)) == [(1,)]


def test_erase__with_email__reaches_the_directories(mirrored: Mirrored, person: str) -> None:
    [email] = [one["email"] for one in mirrored.world.users if one["id"] == person]
    [directory] = mirrored.database.rows("select id from workos.directories limit 1") or [("",)]
    mirrored.database.admin.execute(
        "insert into workos.directory_users (id, raw, origin) values ('directory_user_01X', "
        "jsonb_build_object('email', %s::text, 'directory_id', %s::text), 'api')",
        (email, directory[0]),
    )
    count = "select count(*) from workos.directory_users where id = 'directory_user_01X'"
    mirrored.inside("erase", person, "--reason", "ticket 4711", "--dry-run", "--with-email")
    assert mirrored.database.rows(count) == [(1,)]
    mirrored.inside("erase", person, "--reason", "ticket 4711", "--with-email")
    assert mirrored.database.rows(count) == [(0,)]


def test_erase__nobody_knows_the_id__refused(mirrored: Mirrored, person: str) -> None:
    with pytest.raises(ErasureRefused):
        mirrored.inside("erase", "user_01NOBODY", "--reason", "ticket 4711")
    said = failure(mirrored("erase", "org_01NOBODY", "--reason", "ticket 4711"))
    assert "--organization" in said


def test_erase__no_reason__refused(mirrored: Mirrored, person: str) -> None:
    with pytest.raises(Forbidden):
        mirrored.inside("erase", person, "--reason", "")
    assert mirrored.database.rows(USER, (person,)) == [(1,)]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("user_01A", "--organization", "org_01A"),
        ("--organization", "org_01A", "--with-email"),
    ],
)
def test_erase__odd_words__usage(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["erase", *words, "--reason", "ticket 4711"])
    assert result.exit_code == 2


def test_erase__no_admin_url__says_which_setting(mirrored: Mirrored, person: str) -> None:
    said = failure(mirrored("erase", person, "--reason", "ticket 4711", ORGSCOPE_ADMIN_URL=""))
    assert "ORGSCOPE_ADMIN_URL" in said


def test_erase__commands_of_the_page__do_what_it_says(mirrored: Mirrored) -> None:
    mirrored.database.receive("user.created", user("user_01EXAMPLE"))
    mirrored.database.receive("organization.created", organization("org_01EXAMPLE"))
    [block] = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    for line in block.splitlines():
        result = mirrored.inside(*shlex.split(line)[1:])
        assert result.returncode == 0, line
        assert "deleted" in result.stdout, line
