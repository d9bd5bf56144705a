"""B4: the login of requests reaches the request role and nothing else, and only by SET ROLE."""

from tests.database import Database
from tests.sql.authz.tenants import Tenants, refusal

CLOSURE = """
with recursive reach (login, role) as (
  select r.rolname, m.roleid from pg_auth_members as m inner join pg_roles as r on m.member = r.oid
  union
  select h.login, m.roleid from reach as h inner join pg_auth_members as m on m.member = h.role
)
select h.login, h.role::regrole::text from reach as h
where h.login like 'orgscope%' order by 1, 2
"""
EXPECTED = [
    ("orgscope_api", "orgscope_user"),
    ("orgscope_job", "orgscope_user"),
    ("orgscope_migrator", "orgscope_definer"),
    ("orgscope_migrator", "orgscope_owner"),
    ("orgscope_migrator", "orgscope_sealer"),
]


def test_authz__b4_memberships__are_these_and_no_more(database: Database) -> None:
    assert database.rows(CLOSURE) == EXPECTED


def test_authz__b4_memberships__are_set_and_not_inherited(database: Database) -> None:
    inheriting = "select rolname from pg_roles where rolname like 'orgscope%' and rolinherit"
    assert database.rows(inheriting) == []
    if database.admin.info.server_version >= 160000:
        options = """
        select distinct m.inherit_option, m.set_option, m.admin_option
        from pg_auth_members as m where m.member::regrole::text like 'orgscope%'
        """
        assert database.rows(options) == [(False, True, False)]
    else:
        admins = """
        select m.member::regrole::text from pg_auth_members as m
        where m.member::regrole::text like 'orgscope%' and m.admin_option
        """
        assert database.rows(admins) == []


def test_authz__b4_login_without_set_role__reads_nothing(tenants: Tenants) -> None:
    for login in ("api", "job", "migrator"):
        with tenants.database.connect(login) as connection:
            for table in ("workos.users", "sync.inbox", "authz.settings", "audit.contexts"):
                assert refusal(connection, f"select * from {table}") == "42501"


def test_authz__b4_request_role__is_member_of_nothing(tenants: Tenants) -> None:
    others = ("owner", "definer", "sealer", "migrator", "sync", "keys", "job", "admin", "backup")
    with tenants.request() as connection:
        refused = {name: refusal(connection, f"set role orgscope_{name}") for name in others}
    assert refused == dict.fromkeys(others, "42501")


def test_authz__b4_groups__cannot_log_in_and_logins_own_nothing(database: Database) -> None:
    logins = """
    select rolname from pg_roles where rolname like 'orgscope%' and rolcanlogin
    and rolname in ('orgscope_owner', 'orgscope_definer', 'orgscope_sealer', 'orgscope_user')
    """
    assert database.rows(logins) == []
    owned = """
    select c.oid::regclass::text from pg_class as c inner join pg_roles as r on c.relowner = r.oid
    where r.rolname like 'orgscope%' and r.rolcanlogin
    union all
    select p.oid::regprocedure::text from pg_proc as p inner join pg_roles as r on p.proowner = r.oid
    where r.rolname like 'orgscope%' and (r.rolcanlogin or r.rolname = 'orgscope_user')
    """
    assert database.rows(owned) == []
