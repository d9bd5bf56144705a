"""`orgscope rebuild`: the mirror again, from the inbox, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from orgscope.errors import ConfigurationError
from orgscope.testing import Template
from tests.database import Database, session
from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored

REASON = ("--reason", "proof of 2026")


@pytest.fixture
def empty(orgscope_template: Template) -> Iterator[str]:
    """The DSN of another database on the same server: deployed, and empty."""
    with orgscope_template.clone() as made:
        place = made.admin.info
        yield f"postgresql://{place.host}:{place.port}/{place.dbname}"


@pytest.fixture
def fed(mirrored: Mirrored) -> Mirrored:
    """A mirror that the feed has made."""
    assert mirrored.inside("feed", "--once").returncode == 0
    return mirrored


def counted(output: str) -> dict[str, list[str]]:
    """Return the numbers of each family: same, read, erased, purged, different."""
    return {
        words[0]: words[1:]
        for words in map(str.split, output.splitlines())
        if len(words) == 6 and words[1].isdigit()
    }


def test_rebuild__temporary_server__equal(fed: Mirrored) -> None:
    result = fed("rebuild", *REASON)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert result.stdout.endswith("equal\n")
    assert counted(result.stdout)["user"] == [str(len(fed.world.users)), "0", "0", "0", "0"]
    assert fed.database.rows(
        "select kind, reason from audit.contexts order by id desc limit 1"
    ) == [("admin", "proof of 2026")]


@pytest.mark.parametrize("order", [(), ("--shuffle", "7")])
def test_rebuild__into__equal_and_nothing_changes_here(
    fed: Mirrored, empty: str, order: tuple[str, ...]
) -> None:
    before = fed.database.rows("select u::text from workos.users as u order by 1")
    result = fed.inside("rebuild", *REASON, "--into", empty, *order)
    assert result.returncode == 0, result.stdout
    assert fed.database.rows("select u::text from workos.users as u order by 1") == before


def test_rebuild__rows_written_by_hand__named_by_field_and_exit_3(
    fed: Mirrored, empty: str
) -> None:
    changed, gone, dead, emptied = (one["id"] for one in fed.world.users[:4])
    execute = fed.database.admin.execute
    execute(
        'update workos.users set raw = raw || \'{"first_name": "Mallory"}\' where id = %s',
        (changed,),
    )
    execute("delete from workos.users where id = %s", (gone,))
    execute("update workos.users set deleted_at = now() where id = %s", (dead,))
    execute("update workos.users set raw = null, origin = 'stub' where id = %s", (emptied,))
    result = fed.inside("rebuild", *REASON, "--into", empty)
    assert result.returncode == 3
    assert f"different: user {emptied} (created_at, " in result.stdout
    assert f"different: user {changed} (first_name)\n" in result.stdout
    assert f"different: user {gone} (missing here)\n" in result.stdout
    assert f"different: user {dead} (deleted)\n" in result.stdout
    assert "Mallory" not in result.stdout
    assert counted(result.stdout)["user"][-1] == "4"


def test_rebuild__rows_that_a_read_brought__counted_apart(mirrored: Mirrored, empty: str) -> None:
    assert mirrored.inside("backfill").returncode == 0
    with mirrored.database.connect("sync") as connection:
        connection.execute("select sync.put_stub('user', 'user_01STUB')")
    result = mirrored.inside("rebuild", *REASON, "--into", empty)
    assert result.returncode == 0, result.stdout
    assert counted(result.stdout)["user"] == [
        *("0", str(len(mirrored.world.users) + 1), "0", "0", "0")
    ]


def test_rebuild__erased_and_purged__counted_apart(fed: Mirrored, empty: str) -> None:
    person, other = fed.world.users[0]["id"], fed.world.users[1]["id"]
    assert fed.inside("erase", person, "--reason", "ticket 4711").returncode == 0
    fed.database.admin.execute("delete from sync.inbox where body like %s", (f"%{other}%",))
    result = fed.inside("rebuild", *REASON, "--into", empty)
    assert result.returncode == 0, result.stdout
    assert "left out: erased\n" in result.stdout
    numbers = counted(result.stdout)["user"]
    assert numbers[2:] == ["0", "1", "0"]
    assert int(numbers[0]) == len(fed.world.users) - 2


def test_rebuild__sessions_that_ended_long_ago__counted_apart(fed: Mirrored, empty: str) -> None:
    ended = {"expires_at": "2026-01-16T12:00:00.000Z", "ended_at": "2020-01-16T12:00:00.000Z"}
    fed.database.receive("session.created", session("session_01OLD", "user_01OLD", **ended))
    with fed.database.connect("sync") as connection:
        connection.execute("select sync.purge('30 days')")
    assert fed.database.rows("select from workos.sessions where id = 'session_01OLD'") == []
    result = fed.inside("rebuild", *REASON, "--into", empty)
    assert result.returncode == 0, result.stdout
    assert counted(result.stdout)["session"][3:] == ["1", "0"]


def test_rebuild__deleted_by_a_read__children_counted_apart(fed: Mirrored, empty: str) -> None:
    organization = fed.world.organizations[0]["id"]
    with fed.database.connect("sync") as connection:
        connection.execute(
            "select sync.put_absent('organization', %s, clock_timestamp())", (organization,)
        )
    result = fed.inside("rebuild", *REASON, "--into", empty)
    assert result.returncode == 0, result.stdout
    assert counted(result.stdout)["organization"][1] == "1"
    assert int(counted(result.stdout)["organization_membership"][1]) > 0


def test_rebuild__into_what_is_not_empty__refused(fed: Mirrored) -> None:
    place = urlsplit(fed.database.settings.url("sync"))
    own = f"postgresql://{place.hostname}:{place.port}{place.path}"
    with pytest.raises(ConfigurationError, match="not empty"):
        fed.inside("rebuild", *REASON, "--into", own)


@pytest.mark.parametrize("dsn", ["postgresql://me:secret@host/name", "postgresql://host", "a b"])
def test_rebuild__odd_dsn__refused_and_not_shown(fed: Mirrored, dsn: str) -> None:
    said = failure(fed("rebuild", *REASON, "--into", dsn))
    assert "--into is refused" in said
    assert "secret" not in said


def test_copy__no_context__refused(database: Database) -> None:
    with (
        database.connect("admin") as connection,
        pytest.raises(psycopg.DatabaseError) as refused,
    ):
        connection.execute("select sync.open_copy()")
    assert refused.value.sqlstate == "WS301"
