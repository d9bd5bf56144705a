"""Each fault in the roles and in what they may do has its line."""

from __future__ import annotations

import pytest

from orgscope import deploy
from orgscope.doctor import Level, roles
from tests.database import Database
from tests.integration.doctor.examined import findings, levels
from tests.web import web_settings


@pytest.mark.parametrize(
    ("statement", "undo", "what", "said"),
    [
        (
            "alter role orgscope_api bypassrls",
            "alter role orgscope_api nobypassrls",
            "roles",
            "orgscope_api",
        ),
        (
            "grant orgscope_owner to orgscope_api",
            "revoke orgscope_owner from orgscope_api",
            "memberships",
            "orgscope_api may become orgscope_owner",
        ),
        (
            "grant pg_read_all_data to orgscope_user",
            "revoke pg_read_all_data from orgscope_user",
            "memberships",
            "orgscope_api may become pg_read_all_data",
        ),
        (
            "create role somebody; grant orgscope_definer to somebody",
            "revoke orgscope_definer from somebody; drop role somebody",
            "memberships",
            "somebody may become orgscope_definer",
        ),
        (
            "alter role orgscope_api inherit; revoke orgscope_user from orgscope_api; "
            "grant orgscope_user to orgscope_api",
            None,
            "memberships",
            "orgscope_api inherits orgscope_user",
        ),
        (
            "alter role orgscope_api set default_transaction_read_only = on",
            "alter role orgscope_api reset default_transaction_read_only",
            "login settings",
            "orgscope_api.default_transaction_read_only",
        ),
        (
            "alter role orgscope_api reset search_path",
            "alter role orgscope_api set search_path = pg_catalog, pg_temp",
            "login settings",
            "orgscope_api.search_path",
        ),
    ],
)
def test_doctor__fault_in_the_roles__fails_and_says_what(
    database: Database, statement: str, undo: str | None, what: str, said: str
) -> None:
    """Roles belong to the whole server, so each test puts back what it took."""
    database.admin.execute(statement.encode())
    try:
        found = findings(web_settings(database))[what]
    finally:
        if undo is None:
            database.admin.execute(
                "alter role orgscope_api noinherit; revoke orgscope_user from orgscope_api"
            )
            deploy.create_roles(database.settings)
        else:
            database.admin.execute(undo.encode())
    assert [(one.level, said in one.why) for one in found] == [(Level.FAIL, True)]
    assert levels(web_settings(database), what) == {Level.OK}


@pytest.mark.parametrize("role", ["orgscope_api", "orgscope_sync"])
@pytest.mark.parametrize(
    "value", ["reset log_parameter_max_length", "set log_parameter_max_length = 100"]
)
def test_doctor__parameters_may_be_logged__warns(database: Database, role: str, value: str) -> None:
    database.admin.execute(f"alter role {role} {value}".encode())
    try:
        found = findings(web_settings(database))["login settings"]
    finally:
        database.admin.execute(f"alter role {role} set log_parameter_max_length = 0".encode())
    assert [one.level for one in found] == [Level.WARN]
    assert f"{role}.log_parameter_max_length" in found[0].why
    assert levels(web_settings(database), "login settings") == {Level.OK}


@pytest.mark.parametrize("file", ["roles_settings.sql", "roles_hardening.sql"])
def test_doctor__files_without_settings__fails_instead_of_comparing_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    real = roles._expected
    monkeypatch.setattr(
        roles, "_expected", lambda prefix, name: {} if name == file else real(prefix, name)
    )
    found = findings(web_settings(database))["login settings"]
    assert [(one.level, "nothing can be compared" in one.why) for one in found] == [
        (Level.FAIL, True)
    ]


def test_doctor__catalogue_functions_open_to_public__one_warning_for_each_harm(
    database: Database,
) -> None:
    for function in (
        "pg_terminate_backend(integer, bigint)",
        "pg_advisory_lock(bigint)",
        "lo_create(oid)",
        "query_to_xml(text, boolean, boolean, text)",
    ):
        database.admin.execute(
            f"grant execute on function pg_catalog.{function} to public".encode()
        )
    found = findings(web_settings(database))["catalogue functions"]
    assert [one.level for one in found] == [Level.WARN] * 4
    said = "\n".join(one.why for one in found)
    for name in ("pg_terminate_backend", "pg_advisory_lock", "lo_create", "query_to_xml"):
        assert said.count(name) == 1
