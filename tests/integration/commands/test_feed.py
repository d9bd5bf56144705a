"""`orgscope feed`: to the head once, or until it is ended."""

from __future__ import annotations

import re
import signal

from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored, wait_until

USERS = "select count(*) from workos.users where raw is not null"


def test_feed__once__events_are_applied_and_counted(mirrored: Mirrored) -> None:
    result = mirrored("feed", "--once")
    assert result.returncode == 0, result.stderr
    said = re.fullmatch(r"(\d+) pages?, (\d+) events?: (.*)\n", result.stdout)
    assert said is not None, result.stdout
    assert int(said[2]) == mirrored.database.rows("select count(*) from sync.inbox")[0][0]
    outcomes = mirrored.database.rows(
        "select status, count(*) from sync.inbox group by status order by status"
    )
    assert said[3] == ", ".join(f"{number} {status}" for status, number in outcomes)
    assert mirrored.database.rows(USERS) == [(len(mirrored.world.users),)]


def test_feed__once_at_the_head__says_that_there_is_nothing(mirrored: Mirrored) -> None:
    mirrored("feed", "--once")
    result = mirrored("feed", "--once")
    assert (result.stdout, result.stderr, result.returncode) == ("1 page, no event\n", "", 0)


def test_feed__key_refused__one_message_and_exit_1(mirrored: Mirrored) -> None:
    mirrored.world.faults.unauthorized = True
    said = failure(mirrored("feed", "--once"))
    assert "WORKOS_API_KEY" in said
    assert mirrored.world.api_key not in said


def test_feed__no_key__says_which_setting(mirrored: Mirrored) -> None:
    assert "WORKOS_API_KEY is not set" in failure(mirrored("feed", "--once", WORKOS_API_KEY=""))


def test_feed__until_ended__reads_what_comes_later_and_ends(mirrored: Mirrored) -> None:
    process = mirrored.start("feed")
    try:
        wait_until(lambda: mirrored.database.rows(USERS) != [(0,)], "nothing was read")
        mirrored.world.create_user("later@example.com")
        count = [(len(mirrored.world.users),)]
        wait_until(lambda: mirrored.database.rows(USERS) == count, "the later one was not read")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, errors) == (0, "")
    assert "1 page, 1 event: 1 applied\n" in output


def test_feed__until_ended_and_no_page__said_once_and_exit_1(mirrored: Mirrored) -> None:
    mirrored.world.faults.unauthorized = True
    process = mirrored.start("feed")
    noted = "select count(*) from sync.feeds where problem is not null"
    try:
        for _ in range(2):  # what is noted a second time was tried a second time
            wait_until(lambda: mirrored.database.rows(noted) == [(1,)], "no problem was noted")
            mirrored.database.admin.execute("update sync.feeds set problem = null")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, output) == (1, "")
    assert errors.count("\n") == 1
