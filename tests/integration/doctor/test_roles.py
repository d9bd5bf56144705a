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
            "bypass flags",
            "orgscope_api (bypassrls)",
        ),
        (
            "alter role orgscope_definer superuser createdb replication",
            "alter role orgscope_definer nosuperuser nocreatedb noreplication",
            "bypass flags",
            "orgscope_definer (superuser, replication, createdb)",
        ),
        (
            "create role between; create role mighty createrole bypassrls; "
            "grant mighty to between; grant between to orgscope_user",
            "drop role between, mighty",
            "bypass flags",
            "mighty (bypassrls, createrole)",
        ),
        (
            "alter role orgscope_owner login",
            "alter role orgscope_owner nologin",
            "roles",
            "orgscope_owner can log in",
        ),
        (
            "alter role orgscope_sync nologin",
            "alter role orgscope_sync login",
            "roles",
            "orgscope_sync cannot log in",
        ),
        (
            "alter role orgscope_backup rename to orgscope_lost",
            "alter role orgscope_lost rename to orgscope_backup",
            "roles",
            "Not there: orgscope_backup",
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
            "create role between; grant orgscope_sealer to between; "
            "create role far; grant between to far",
            "drop role between, far",
            "memberships",
            "far may become orgscope_sealer",
        ),
        (
            "grant orgscope_user to orgscope_api with admin option",
            "revoke admin option for orgscope_user from orgscope_api",
            "memberships",
            "orgscope_api may grant orgscope_user to others",
        ),
        (
            "revoke orgscope_user from orgscope_job",
            None,
            "memberships",
            "orgscope_job cannot become orgscope_user",
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


def test_doctor__setting_of_a_login_in_this_database__counts_whichever_was_set_last(
    database: Database,
) -> None:
    name = database.admin.info.dbname
    database.admin.execute(
        f'alter role orgscope_api in database "{name}" set statement_timeout = 0'
    )
    database.admin.execute("alter role orgscope_api set statement_timeout = '30s'")
    (finding,) = findings(web_settings(database))["login settings"]
    assert (finding.level, "orgscope_api.statement_timeout" in finding.why) == (Level.FAIL, True)


def test_doctor__login_of_requests_that_owns_the_database__is_no_dba(database: Database) -> None:
    if database.admin.info.server_version < 160_000:
        pytest.skip("memberships have these options from PostgreSQL 16 on")
    name = database.admin.info.dbname
    database.admin.execute(f'alter database "{name}" owner to orgscope_api')
    database.admin.execute(
        "grant orgscope_owner to orgscope_api with admin true, inherit false, set false"
    )
    try:
        (finding,) = findings(web_settings(database))["memberships"]
    finally:
        database.admin.execute("revoke orgscope_owner from orgscope_api")
    assert (finding.level, "orgscope_api may grant itself orgscope_owner" in finding.why) == (
        Level.FAIL,
        True,
    )


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (
            "grant orgscope_owner to somebody with admin true, inherit false, set false",
            "somebody may grant itself orgscope_owner",
        ),
        (
            "revoke orgscope_user from orgscope_api; "
            "grant orgscope_user to orgscope_api with inherit false, set false, admin true",
            "orgscope_api cannot become orgscope_user",
        ),
        (
            "revoke orgscope_user from orgscope_api; "
            "grant orgscope_user to orgscope_api with inherit true, set true",
            "orgscope_api inherits orgscope_user without SET ROLE",
        ),
    ],
)
def test_doctor__options_of_a_membership__each_fails(
    database: Database, grant: str, said: str
) -> None:
    if database.admin.info.server_version < 160_000:
        pytest.skip("memberships have these options from PostgreSQL 16 on")
    database.admin.execute(f"create role somebody; {grant}".encode())
    try:
        (finding,) = findings(web_settings(database))["memberships"]
    finally:
        database.admin.execute(
            "revoke orgscope_owner from somebody; drop role somebody; "
            "revoke orgscope_user from orgscope_api"
        )
        deploy.create_roles(database.settings)
    assert (finding.level, said in finding.why) == (Level.FAIL, True), finding
    assert levels(web_settings(database), "memberships") == {Level.OK}


def test_doctor__superuser_who_is_a_member__warns(database: Database) -> None:
    database.admin.execute("create role somebody superuser; grant orgscope_owner to somebody")
    try:
        (finding,) = findings(web_settings(database))["bypass flags"]
    finally:
        database.admin.execute("drop role somebody")
    assert (finding.level, "somebody (superuser)" in finding.why) == (Level.WARN, True)


def test_doctor__stranger_who_creates_roles__warns_where_that_reaches_ours(
    database: Database,
) -> None:
    database.admin.execute("create role somebody createrole")
    try:
        (finding,) = findings(web_settings(database))["bypass flags"]
    finally:
        database.admin.execute("drop role somebody")
    reaches = database.admin.info.server_version < 160_000
    assert finding.level is (Level.WARN if reaches else Level.OK)
    assert ("somebody (createrole)" in finding.why) is reaches


def test_doctor__role_that_inherits__warns(database: Database) -> None:
    database.admin.execute("alter role orgscope_monitor inherit")
    try:
        (finding,) = findings(web_settings(database))["roles"]
    finally:
        database.admin.execute("alter role orgscope_monitor noinherit")
    assert (finding.level, "orgscope_monitor" in finding.why) == (Level.WARN, True)
    assert levels(web_settings(database), "roles") == {Level.OK}


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
