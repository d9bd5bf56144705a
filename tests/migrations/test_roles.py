"""`orgscope roles`: what a DBA without superuser makes, and what is refused."""

from __future__ import annotations

import psycopg
import pytest

from orgscope import deploy
from orgscope.errors import ConfigurationError, DatabaseNotReady, FileFailed
from orgscope.settings import LOGINS
from tests.database import PASSWORD, Database
from tests.migrations.conftest import NewDatabase

MEMBERSHIPS = """
select r.rolname, m.rolname from pg_auth_members as a
join pg_roles as r on a.roleid = r.oid join pg_roles as m on a.member = m.oid
where starts_with(m.rolname, %s) order by 1, 2
"""


def test_create_roles__createrole_owner__is_enough(empty: Database) -> None:
    prefix = empty.settings.role_prefix
    (is_superuser,) = empty.rows(
        "select rolsuper from pg_roles where oid = (select datdba from pg_database "
        "where datname = current_database())"
    )
    assert is_superuser == (False,)
    rows = empty.rows(
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolinherit, rolcreaterole "
        "from pg_roles where rolname like %s",
        (f"{prefix}\\_%",),
    )
    assert len(rows) == len(LOGINS) + 4
    for name, can_login, *powers in rows:
        assert can_login == (name.removeprefix(f"{prefix}_") in LOGINS), name
        assert not any(powers), name


def test_create_roles__memberships__are_these_and_not_inherited(empty: Database) -> None:
    prefix = empty.settings.role_prefix
    assert empty.rows(MEMBERSHIPS, (empty.settings.role_prefix,)) == [
        (f"{prefix}_{group}", f"{prefix}_{login}")
        for group, login in (
            ("definer", "migrator"),
            ("owner", "migrator"),
            ("sealer", "migrator"),
            ("user", "api"),
            ("user", "job"),
        )
    ]
    with empty.connect("api") as connection:
        row = connection.execute(f"select pg_has_role('{prefix}_user', 'USAGE')").fetchone()
        assert row == (False,)
        connection.execute(f"set role {prefix}_user")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"set role {prefix}_owner")


def test_create_roles__dba__inherits_nothing(empty: Database) -> None:
    rows = empty.rows(
        "select pg_has_role(datdba, r.oid, 'USAGE') from pg_database, pg_roles as r "
        "where datname = current_database() and starts_with(r.rolname, %s)",
        (f"{empty.settings.role_prefix}_",),
    )
    assert set(rows) == {(False,)}


def test_create_roles__again__changes_nothing(empty: Database) -> None:
    before = empty.rows(MEMBERSHIPS, (empty.settings.role_prefix,))
    deploy.create_roles(empty.settings)
    assert empty.rows(MEMBERSHIPS, (empty.settings.role_prefix,)) == before


def test_create_roles__not_superuser__says_what_stays_open(new_database: NewDatabase) -> None:
    notices = deploy.create_roles(new_database(role_prefix="notices").settings)
    assert any("not a superuser" in notice for notice in notices)


def test_create_roles__public__may_nothing(empty: Database) -> None:
    (row,) = empty.rows(
        "select has_database_privilege('public', current_database(), 'CONNECT'), "
        "has_database_privilege('public', current_database(), 'TEMP'), "
        "has_schema_privilege('public', 'public', 'USAGE')"
    )
    assert row == (False, False, False)


def test_create_roles__role_bypasses_row_security__refused(empty: Database) -> None:
    prefix = empty.settings.role_prefix
    empty.admin.execute(f"alter role {prefix}_owner bypassrls")
    with pytest.raises(FileFailed, match=f"roles.sql, line .*{prefix}_owner.*bypasses.*WS404"):
        deploy.create_roles(empty.settings)


def test_create_roles__no_createrole__names_file_and_line(new_database: NewDatabase) -> None:
    made = new_database(role_prefix="powerless")
    made.admin.execute("alter role dba_of_powerless nocreaterole")
    with pytest.raises(FileFailed, match=r"roles[.]sql, line \d+: permission denied"):
        deploy.create_roles(made.settings)
    assert made.rows("select from pg_roles where rolname like 'powerless%'") == []


def test_create_roles__no_dba_url__names_the_variable(empty: Database) -> None:
    settings = empty.settings.model_copy(update={"dba_url": None})
    with pytest.raises(ConfigurationError, match="ORGSCOPE_DBA_URL"):
        deploy.create_roles(settings)


def test_migrate__no_roles__says_to_run_roles(new_database: NewDatabase) -> None:
    made = new_database(role_prefix="missing")
    made.admin.execute(f"create role missing_migrator login password '{PASSWORD}'")
    with pytest.raises(DatabaseNotReady, match="orgscope roles"):
        deploy.migrate(made.settings)


def test_roles_script__print__holds_no_password(empty: Database) -> None:
    script = deploy.roles_script(empty.settings)
    assert PASSWORD not in script
    assert f"{empty.settings.role_prefix}_owner" in script
    assert "orgscope_owner" not in script
