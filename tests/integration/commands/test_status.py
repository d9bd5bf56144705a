"""`orgscope status`: how far the mirror is, and what to do about it."""

from __future__ import annotations

import json
import re

from tests.database import Database
from tests.integration.command_line import failure, run_process
from tests.integration.commands.mirrored import Mirrored

BROKEN = '{"id": "event_01BROKEN", "event": "user.created", "data": {}}'


def test_status__nothing_wrong__exit_0(mirrored: Mirrored) -> None:
    assert mirrored.inside("feed", "--once").returncode == 0
    result = mirrored("status")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"^feed read at +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", result.stdout, re.M)
    assert re.search(r"^reconciled at +-", result.stdout, re.M)
    assert result.stdout.endswith("\nno problem is known\n")


def test_status__problem__says_what_to_do_and_exit_1(mirrored: Mirrored) -> None:
    assert mirrored.database.receive_body(BROKEN) == "failed"
    result = mirrored("status", COLUMNS="40")
    assert result.returncode == 1
    assert re.search(
        r"^failed events .*1 events could not be applied. See orgscope inbox list --status failed.",
        result.stdout,
        re.M,
    ), "a narrow terminal cuts nothing"


def test_status__json__both_views(mirrored: Mirrored) -> None:
    mirrored.database.receive_body(BROKEN)
    result = mirrored.inside("status", "--json")
    assert result.returncode == 1
    found = json.loads(result.stdout)
    assert found["status"]["failed_events"] == 1
    assert [one["what"] for one in found["problems"]] == ["failed events"]


def test_status__organization__its_row(mirrored: Mirrored) -> None:
    assert mirrored.inside("backfill").returncode == 0
    org_id = mirrored.world.organizations[0]["id"]
    result = mirrored.inside("status", "--organization", org_id)
    assert result.returncode == 0, result.stderr
    assert re.search(rf"^organization id +{org_id}", result.stdout, re.M)
    assert re.search(r"^is stub +no", result.stdout, re.M)


def test_status__organization_that_differs__exit_1(mirrored: Mirrored) -> None:
    assert mirrored.inside("backfill").returncode == 0
    # An event that is still to be read would mend what is changed below.
    assert mirrored.inside("feed", "--once").returncode == 0
    org_id = mirrored.world.organizations[0]["id"]
    mirrored.database.admin.execute(
        'update workos.organizations set raw = raw || \'{"name": "x"}\' where id = %s', (org_id,)
    )
    assert mirrored.inside("reconcile").returncode == 3
    result = mirrored.inside("status", "--organization", org_id, "--json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["differences"] == 1


def test_status__organization_that_nobody_knows__says_so(mirrored: Mirrored) -> None:
    assert "no such organization" in failure(mirrored("status", "--organization", "org_01NONE"))


def test_status__no_url__says_which_setting(database: Database, mirrored: Mirrored) -> None:
    assert "ORGSCOPE_MONITOR_URL" in failure(run_process("status", cwd=mirrored.folder))
