"""The doctor is silent where all is well, and each fault of a deployment has its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from orgscope import deploy, doctor
from orgscope.doctor import Level
from tests.database import Database
from tests.integration.doctor.examined import findings, levels
from tests.tokens import rsa_key
from tests.web import web_settings


def test_doctor__fresh_deployment_with_a_key__nothing_fails(database: Database) -> None:
    database.put_key()
    found = findings(web_settings(database))
    failed = [one for group in found.values() for one in group if one.level is Level.FAIL]
    assert failed == []
    assert {what for what, group in found.items() if group[0].level is Level.OK} >= {
        "webhook secret",
        "database",
        "clock",
        "max_prepared_transactions",
        "PUBLIC",
        "login of requests",
        "catalogue functions",
        "session settings",
        "roles",
        "bypass flags",
        "memberships",
        "ownership",
        "row security",
        "served keys",
        "issuer",
        "clock of WorkOS",
        "pooler",
        "login settings",
        "version",
        "settings",
        "signing keys",
        "search_path",
    }


@pytest.mark.parametrize("login", ["monitor", "keys"])
def test_doctor__any_of_its_logins__sees_the_deployment(database: Database, login: str) -> None:
    others = {f"{one}_url": None for one in ("monitor", "keys") if one != login}
    found = findings(web_settings(database, **others))
    assert found["database"][0].why == f"Connected as orgscope_{login}."
    assert found["version"][0].level is Level.OK


def test_doctor__process_without_secret_and_with_the_keys_login__warns(database: Database) -> None:
    found = findings(database.settings)
    assert found["webhook secret"][0].level is Level.WARN
    assert found["login of keys"][0].level is Level.WARN
    assert "login of keys" not in findings(web_settings(database, keys_url=None))


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        (("sec_of_another_form_1234",), "number 1 has not the form"),
        (("whsec_good_enough_1", "whsec_with a space 12"), "number 2 has not the form"),
        (('"whsec_within_quotes_1"',), "number 1 has not the form"),
        (("whsec_good_enough_1", "whsec_good_enough_1"), "twice"),
        (("whsec_good_enough_1", "whsec_good_enough_2", "whsec_good_enough_3"), "3 are configured"),
    ],
)
def test_doctor__webhook_secrets_that_are_odd__warns_and_shows_none(
    database: Database, secrets: tuple[str, ...], said: str
) -> None:
    settings = web_settings(database, workos_webhook_secret=tuple(map(SecretStr, secrets)))
    (finding,) = findings(settings)["webhook secret"]
    assert (finding.level, said in finding.why) == (Level.WARN, True)
    assert not any(secret in repr(finding) for secret in secrets)


@pytest.mark.parametrize("login", ["api", "api_readonly"])
def test_doctor__requests_log_in_as_somebody_else__fails(database: Database, login: str) -> None:
    """By RESET ROLE an injected statement would have the rights of this login."""
    well = web_settings(database, api_readonly_url=database.settings.api_url)
    assert [one.level for one in findings(well)["login of requests"]] == [Level.OK] * 2
    for other in ("dba", "migrator"):
        url = getattr(database.settings, f"{other}_url")
        found = findings(well.model_copy(update={f"{login}_url": url}))["login of requests"]
        assert sorted(one.level for one in found) == [Level.FAIL, Level.OK]
        (wrong,) = [one for one in found if one.level is Level.FAIL]
        assert f"ORGSCOPE_{login.upper()}_URL logs in as" in wrong.why


def test_doctor__login_of_requests_away__is_unseen(database: Database) -> None:
    away = SecretStr("postgresql://orgscope_api:s3cr3t@127.0.0.1:9/nowhere")
    (finding,) = findings(web_settings(database, api_url=away))["login of requests"]
    assert (finding.level, finding.is_unseen) == (Level.FAIL, True)
    assert "s3cr3t" not in repr(finding)


def test_doctor__looks_as_somebody_else__warns(database: Database) -> None:
    found = findings(web_settings(database, monitor_url=database.settings.dba_url))["database"]
    assert [(one.level, "not as orgscope_monitor" in one.why) for one in found] == [
        (Level.WARN, True)
    ]


def test_doctor__table_is_locked__said_and_the_rest_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_LOCK_TIMEOUT", "set local lock_timeout = '50ms'")
    with database.connect("dba", autocommit=False) as deployment:
        deployment.execute("lock table authz.jwks")
        found = findings(web_settings(database))
        deployment.rollback()
    assert "could not look (SQLSTATE 55P03)" in found["database"][1].why
    assert "mirror" in found


def test_doctor__no_url__fails(database: Database) -> None:
    settings = web_settings(database, monitor_url=None, keys_url=None)
    assert levels(settings, "database") == {Level.FAIL}


def test_doctor__privilege_taken_away__said_and_the_rest_looked_at(database: Database) -> None:
    database.admin.execute("revoke execute on function authz.list_keys() from orgscope_monitor")
    found = findings(web_settings(database))
    assert [(one.level, one.is_unseen) for one in found["database"]] == [
        (Level.OK, False),
        (Level.FAIL, True),
        (Level.FAIL, True),
    ]
    for finding, said in zip(found["database"][1:], ("deployment", "served keys"), strict=True):
        assert f"check of the {said} could not look (SQLSTATE 42501)" in finding.why
    assert "mirror" in found


def test_doctor__database_away__fails_and_hides_the_password(database: Database) -> None:
    away = SecretStr("postgresql://orgscope_monitor:s3cr3t@127.0.0.1:9/nowhere")
    found = findings(web_settings(database, monitor_url=away))
    assert found["database"][0].level is Level.FAIL
    assert "s3cr3t" not in repr(found)


@pytest.mark.parametrize(
    ("statement", "what", "said"),
    [
        ("delete from authz.jwks", "signing keys", "keys sync"),
        ("grant temp on database {db} to public", "PUBLIC", "temporary"),
        (
            "grant create on schema public to public",
            "PUBLIC",
            "PUBLIC may create objects in public",
        ),
        (
            "grant temp, create on database {db} to orgscope_api",
            "PUBLIC",
            "orgscope_api may create schemas and temporary tables",
        ),
        (
            "grant create on schema public to orgscope_user",
            "PUBLIC",
            "orgscope_user may create objects in public",
        ),
        (
            "create function sync.loose() returns int language sql as 'select 1'",
            "search_path",
            "loose",
        ),
        (
            "create function authz.loose() returns int language sql set search_path = pg_catalog "
            "as 'select 1'",
            "search_path",
            "loose",
        ),
        (
            "update authz.jwks set missing_since = now() - interval '5 min'",
            "signing keys",
            "for 5 min",
        ),
        (
            "delete from deploy.revisions where revision = (select max(revision) from "
            "deploy.revisions)",
            "version",
            "migrate",
        ),
        (
            "insert into deploy.revisions (project, revision, breaking) values ('core', '9999', true)",
            "version",
            "has revision 9999 of core",
        ),
        ("delete from authz.settings", "settings", "orgscope migrate"),
    ],
)
def test_doctor__fault_in_the_database__fails_and_says_what(
    database: Database, statement: str, what: str, said: str
) -> None:
    database.put_key()
    name = database.admin.info.dbname
    database.admin.execute(statement.format(db=f'"{name}"').encode())
    failed = [one for one in findings(web_settings(database))[what] if one.level is Level.FAIL]
    assert [said in one.why + one.mend for one in failed] == [True]


def test_doctor__one_key_of_two_is_missing__warns(database: Database) -> None:
    database.put_key()
    database.put_key(rsa_key("sso_oidc_key_pair_02"))
    database.admin.execute(
        "update authz.jwks set missing_since = now() where kid = 'sso_oidc_key_pair_02'"
    )
    assert levels(web_settings(database), "signing keys") == {Level.WARN}


def test_doctor__other_settings__fails(database: Database) -> None:
    assert levels(web_settings(database, token_leeway_s=20), "settings") == {Level.FAIL}


def test_doctor__process_that_could_deploy_beside_requests__warns(database: Database) -> None:
    found = findings(database.settings)
    for login in ("dba", "migrator"):
        (finding,) = found[f"login of {login}"]
        assert finding.level is Level.WARN
        assert f"ORGSCOPE_{login.upper()}_URL" in finding.why
    for settings in (
        web_settings(database, dba_url=None, migrator_url=None),
        web_settings(database, api_url=None),
    ):
        assert not {"login of dba", "login of migrator"} & findings(settings).keys()


def test_doctor__project__its_revisions_are_looked_at_too(
    database: Database, tmp_path: Path
) -> None:
    project = deploy.init_project(tmp_path / "shop")
    settings = web_settings(database, project=project.root)
    (finding,) = findings(settings)["project version"]
    assert finding.level is Level.FAIL
    assert "lacks revision 0001 of shop" in finding.why
    deploy.migrate(database.settings, project)
    assert levels(settings, "project version") == {Level.OK}
    found = findings(settings)
    for what in ("search_path", "ownership", "row security"):
        assert [one.level for one in found[what]] == [Level.OK], found[what]
    database.admin.execute(
        "create function shop.loose() returns int language sql security definer as 'select 1'; "
        "create table shop.open (id int)"
    )
    found = findings(settings)
    for what, said in (
        ("search_path", "shop.loose()"),
        ("ownership", "shop.open belongs to postgres"),
        ("row security", "shop.open has none"),
    ):
        assert [(one.level, said in one.why) for one in found[what]] == [(Level.FAIL, True)]
    assert "project version" not in findings(web_settings(database))


def test_doctor__file_of_the_project_out_of_place__said_and_the_rest_looked_at(
    database: Database, tmp_path: Path
) -> None:
    project = deploy.init_project(tmp_path / "shop")
    (project.sql / "shop" / "elsewhere").mkdir(parents=True)
    (project.sql / "shop" / "elsewhere" / "one.sql").write_text("select 1;\n", "utf-8")
    found = findings(web_settings(database, project=project.root))
    assert [(one.is_unseen, "would never be applied" in one.why) for one in found["database"]] == [
        (False, False),
        (True, True),
    ]
    assert "mirror" in found


def test_doctor__folder_that_is_no_project__fails(database: Database, tmp_path: Path) -> None:
    settings = web_settings(database, project=tmp_path)
    assert levels(settings, "project version") == {Level.FAIL}
