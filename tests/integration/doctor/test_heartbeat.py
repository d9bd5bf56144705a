"""``orgscope doctor`` and the heartbeat, by which a standby knows how old it is."""

from __future__ import annotations

import psycopg
import pytest

from orgscope.doctor import Level
from orgscope.settings import Settings
from tests.database import Database
from tests.integration.doctor.examined import findings, levels
from tests.web import web_settings


def with_standby(database: Database, **changes: object) -> Settings:
    return web_settings(database, api_readonly_url=database.settings.api_url, **changes)


@pytest.mark.parametrize("login", ["monitor", "keys"])
def test_doctor__standby_and_no_worker__fails_until_it_beats(
    database: Database, login: str
) -> None:
    others = {f"{one}_url": None for one in ("monitor", "keys") if one != login}
    settings = with_standby(database, **others)
    (finding,) = findings(settings)["heartbeat"]
    assert (finding.level, "There was none" in finding.why) == (Level.FAIL, True)
    assert finding.mend == "Run orgscope worker."
    database.admin.execute("insert into authz.heartbeat (beat_at) values (now())")
    assert levels(settings, "heartbeat") == {Level.OK}
    late = f"update authz.heartbeat set beat_at = now() - interval '{settings.standby_max_lag_s + 1} s'"
    database.admin.execute(late)
    assert levels(settings, "heartbeat") == {Level.FAIL}


def test_doctor__no_standby__heartbeat_is_a_warning(database: Database) -> None:
    settings = web_settings(database)
    (finding,) = findings(settings)["heartbeat"]
    assert (finding.level, "no worker" in finding.why) == (Level.WARN, True)
    database.admin.execute("insert into authz.heartbeat (beat_at) values (now())")
    assert levels(settings, "heartbeat") == {Level.OK}
    database.admin.execute("update authz.heartbeat set beat_at = now() - interval '61 s'")
    assert levels(settings, "heartbeat") == {Level.WARN}


def test_heartbeat_age__other_logins__may_not_read_it(database: Database) -> None:
    for login in ("api", "sync", "job", "backup"):
        with database.connect(login) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select authz.heartbeat_age()")
