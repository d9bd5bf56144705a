"""Whoever owns an object that they should not, and each table that is not bound, has its line."""

from __future__ import annotations

import pytest

from orgscope.doctor import Level
from tests.database import Database
from tests.integration.doctor.examined import findings
from tests.web import web_settings


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "alter table workos.users owner to orgscope_api",
            "table workos.users belongs to orgscope_api, as which requests or people run, "
            "not to orgscope_owner",
        ),
        (
            "alter table workos.users owner to orgscope_user",
            "table workos.users belongs to orgscope_user, as which requests or people run",
        ),
        (
            "alter table workos.users owner to orgscope_definer",
            "table workos.users belongs to orgscope_definer, not to orgscope_owner",
        ),
        (
            "alter function authz.list_keys() owner to orgscope_sync",
            "function authz.list_keys belongs to orgscope_sync, as which requests or people run, "
            "not to orgscope_sealer",
        ),
        (
            "alter function sync.due_run(interval) owner to orgscope_owner",
            "function sync.due_run belongs to orgscope_owner, not to orgscope_definer",
        ),
        (
            "create function sync.extra() returns int language sql begin atomic select 1; end",
            "function sync.extra belongs to postgres, as which requests or people run, "
            "not to orgscope_definer or orgscope_owner or orgscope_sealer",
        ),
        (
            "alter view sync.status owner to orgscope_monitor",
            "view sync.status belongs to orgscope_monitor",
        ),
        (
            "create sequence sync.numbers; alter sequence sync.numbers owner to orgscope_api",
            "sequence sync.numbers belongs to orgscope_api",
        ),
        (
            "alter type sync.change owner to orgscope_sync",
            "type sync.change belongs to orgscope_sync",
        ),
        (
            "create domain authz.word as text; alter domain authz.word owner to orgscope_api",
            "type authz.word belongs to orgscope_api",
        ),
        ("alter schema authz owner to orgscope_api", "schema authz belongs to orgscope_api"),
        (
            "do $$ begin execute format('alter database %I owner to orgscope_api', "
            "current_database()); end $$",
            "belongs to orgscope_api, as which requests or people run",
        ),
    ],
)
def test_doctor__wrong_owner__fails_and_says_whose_it_is(
    database: Database, statement: str, said: str
) -> None:
    database.admin.execute(statement.encode())
    (finding,) = findings(web_settings(database))["ownership"]
    assert finding.level is Level.FAIL
    assert said in finding.why


def test_doctor__what_an_extension_brings__is_not_ours(database: Database) -> None:
    database.admin.execute(
        "create function sync.brought() returns int language sql begin atomic select 1; end; "
        "create table sync.brought (id int); "
        "alter extension plpgsql add function sync.brought(); "
        "alter extension plpgsql add table sync.brought"
    )
    found = findings(web_settings(database))
    assert {one.level for what in ("ownership", "row security") for one in found[what]} == {
        Level.OK
    }


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "alter table workos.users no force row level security",
            "workos.users does not force it on its owner",
        ),
        ("alter table sync.inbox disable row level security", "sync.inbox has none"),
        ("alter table deploy.core_head disable row level security", "deploy.core_head has none"),
        ("create table audit.extra (id int)", "audit.extra has none"),
    ],
)
def test_doctor__row_security_that_does_not_bind__fails_and_names_the_table(
    database: Database, statement: str, said: str
) -> None:
    database.admin.execute(statement.encode())
    (finding,) = findings(web_settings(database))["row security"]
    assert (finding.level, finding.why) == (Level.FAIL, f"{said}.")
