"""Start-up: is the database the one that this code was made for?"""

from __future__ import annotations

import psycopg
import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.errors import SettingsMismatch, SettingsMissing, VersionMismatch
from orgscope.settings import LOGINS
from tests.database import Database
from tests.migrations.projects import add_revision


@pytest.mark.parametrize("login", LOGINS)
def test_check_version__migrated__any_login_may_ask(database: Database, login: str) -> None:
    with database.connect(login, autocommit=False) as connection:
        deploy.check_version(connection, deploy.core())
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_check_version__nothing_deployed__says_to_migrate(empty: Database) -> None:
    with empty.connect("api") as connection, pytest.raises(VersionMismatch, match="migrate") as e:
        deploy.check_version(connection, deploy.core())
    assert e.value.sqlstate == "WS402"


def test_check_version__database_older__names_the_revision(
    empty: Database, project: Project
) -> None:
    deploy.migrate(empty.settings, project)
    with empty.connect("api") as connection:
        deploy.check_version(connection, project)
        add_revision(project, "later", "select 1;\n")
        with pytest.raises(VersionMismatch, match="lacks revision 0002 of shop"):
            deploy.check_version(connection, project)


@pytest.mark.parametrize(("breaking", "refused"), [(False, False), (True, True)])
def test_check_version__database_newer__refused_only_when_breaking(
    database: Database, breaking: bool, refused: bool
) -> None:
    database.admin.execute(
        "insert into deploy.revisions (project, revision, breaking) values ('core', '9999', %s)",
        (breaking,),
    )
    with database.connect("sync") as connection:
        if not refused:
            deploy.check_version(connection, deploy.core())
            return
        with pytest.raises(VersionMismatch, match=r"revision 9999 of core.*newer code"):
            deploy.check_version(connection, deploy.core())


def test_check_settings__equal__passes(database: Database) -> None:
    with database.connect("api") as connection:
        deploy.check_settings(connection, database.settings)


def test_check_settings__differ__names_keys_and_no_values(database: Database) -> None:
    settings = database.settings.model_copy(
        update={"token_leeway_s": 59, "workos_client_id": "client_other"}
    )
    with database.connect("api") as connection, pytest.raises(SettingsMismatch) as caught:
        deploy.check_settings(connection, settings)
    assert caught.value.sqlstate == "WS403"
    message = str(caught.value)
    assert "client_id" in message
    assert "leeway_s" in message
    assert "max_age_s" not in message
    assert "59" not in message
    assert "client_other" not in message


def test_check_settings__none_in_the_database__says_so(database: Database) -> None:
    database.admin.execute("delete from authz.settings")
    with database.connect("api") as connection, pytest.raises(SettingsMissing):
        deploy.check_settings(connection, database.settings)
