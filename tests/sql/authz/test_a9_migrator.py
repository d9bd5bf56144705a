"""A9: the owner under FORCE is told when row security would filter, and no key hides an orphan."""

from tests.database import Database
from tests.sql.authz.tenants import Connection, Tenants, refusal

ORPHAN = """
create table workos.child (user_id text collate "C" not null);
insert into workos.child values ('user_01ORPHAN');
alter table workos.child enable row level security;
alter table workos.child force row level security;
"""
VALIDATE = """
alter table workos.child add constraint child_user_id_fkey
foreign key (user_id) references workos.users (id)
"""


def become_owner(connection: Connection) -> None:
    """Act as `orgscope migrate` does."""
    connection.execute("set role orgscope_owner")


def test_authz__a9_owner__filtered_statement_raises(tenants: Tenants) -> None:
    with tenants.database.connect("migrator") as connection:
        become_owner(connection)
        for statement in (
            "select id from workos.users",
            "update workos.users set lossy = true",
            "delete from workos.users",
            "select ipad from authz.seal_keys",
        ):
            assert refusal(connection, statement) == "42501"


def test_authz__a9_foreign_key__never_validates_over_an_orphan(tenants: Tenants) -> None:
    with tenants.database.connect("migrator") as connection:
        become_owner(connection)
        connection.execute("begin")
        connection.execute(ORPHAN)
        assert refusal(connection, VALIDATE) == "42501"
        connection.execute("set local row_security = on")
        assert refusal(connection, VALIDATE) is None  # the corruption that the rule is about
        connection.execute("set local row_security = off")
        connection.execute("alter table workos.child no force row level security")
        connection.execute("alter table workos.users no force row level security")
        assert refusal(connection, VALIDATE) == "23503"
        connection.execute("rollback")


def test_authz__a9_every_table__forces_row_security(database: Database) -> None:
    open_tables = database.rows(
        """
        select c.oid::regclass::text from pg_class as c
        where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
          and c.relnamespace::regnamespace::text in ('authz', 'workos', 'sync', 'audit')
        """
    )
    assert open_tables == []


def test_authz__a9_every_table_of_deploy__has_row_security_that_is_not_forced(
    database: Database,
) -> None:
    """The one exception (ADR 9), and alembic's own table of the head is no exception to it."""
    tables = database.rows(
        """
        select c.relname::text, c.relrowsecurity, c.relforcerowsecurity from pg_class as c
        where c.relkind in ('r', 'p') and c.relnamespace = 'deploy'::regnamespace order by 1
        """
    )
    names = ("applied_files", "core_head", "objects", "revisions")
    assert tables == [(name, True, False) for name in names]


def test_authz__a9_migrator__is_no_way_around_row_security(database: Database) -> None:
    rows = database.rows(
        "select rolname from pg_roles where rolname like 'orgscope%' and (rolsuper or rolbypassrls)"
    )
    assert rows == []
    settings = (
        "select setconfig from pg_db_role_setting where setrole = 'orgscope_migrator'::regrole"
    )
    assert database.rows(settings) == [(["row_security=off"],)]
