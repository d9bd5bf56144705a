"""A4: nobody but authz itself can make a seal, or read what makes one."""

import pytest

from tests.database import Database
from tests.sql.authz.tenants import ORG_B, Tenants, refusal

ORACLES = (
    f"""select authz.seal('user', '{{"org_id": "{ORG_B}"}}')""",
    "select authz.hmac_pads()",
    "select authz.verify_token('a.b.c')",
    "select authz.remember_token('a.b.c', 'kid', 1, '{}')",
    "select authz.log_context('system', 'a', null, 'a reason')",
    "select authz.make_keys()",
    "select authz.add_key('kid', '')",
    "select ipad from authz.seal_keys",
    "insert into authz.seal_keys (ipad, opad) values ('', '')",
    "select ipad from authz.tombstone_key",
    "select * from authz.verified_tokens",
    "insert into authz.verified_tokens values ('', 'k', 1, 1, '{}')",
    "select * from authz.jwks",
    "select * from authz.settings",
    "update authz.settings set leeway_s = 60",
    "delete from authz.tombstones",
)
LOGINS = ("api", "sync", "keys", "job", "admin", "auditor", "monitor", "backup")
READS_OF_A_BACKUP = {
    "select ipad from authz.tombstone_key",
    "select * from authz.jwks",
    "select * from authz.settings",
}


INTERNALS = """
select p.oid::regprocedure::text from pg_proc as p
where p.pronamespace = 'authz'::regnamespace and p.proowner = 'orgscope_sealer'::regrole
  and not p.prosecdef
"""


def test_authz__a4_invoker_functions_of_the_sealer__closed_to_all(database: Database) -> None:
    assert len(database.rows(INTERNALS)) > 15
    open_to = database.rows(
        f"""
        select f.name, r.rolname from ({INTERNALS}) as f (name)
        cross join pg_roles as r
        where has_function_privilege(r.oid, f.name, 'execute')
          and r.rolname <> 'orgscope_sealer' and not r.rolsuper
        """
    )
    assert open_to == []


def test_authz__a4_internals__closed_to_every_login(tenants: Tenants) -> None:
    for login in LOGINS:
        with tenants.transaction(login) as connection:
            refused = {text: refusal(connection, text) for text in ORACLES}
        allowed = READS_OF_A_BACKUP if login == "backup" else set()
        expected = {text: None if text in allowed else "42501" for text in ORACLES}
        assert (login, refused) == (login, expected)


def test_authz__a4_internals__closed_to_a_request(tenants: Tenants) -> None:
    with tenants.request() as connection:
        refused = {text: refusal(connection, text) for text in ORACLES}
    assert refused == dict.fromkeys(ORACLES, "42501")


@pytest.mark.parametrize("role", ["orgscope_owner", "orgscope_definer", "orgscope_sealer"])
def test_authz__a4_new_function__is_born_closed(database: Database, role: str) -> None:
    schema = "sync" if role == "orgscope_definer" else "authz"
    with database.connect("migrator") as connection:
        connection.execute(f"set role {role}")
        connection.execute(f"create function {schema}.newborn() returns int return 1")
    with database.connect("api") as connection:
        assert refusal(connection, f"select {schema}.newborn()") == "42501"
    open_to = database.rows(
        """
        select a.grantee from pg_proc as p
        cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
        where p.proname = 'newborn' and a.grantee = 0
        """
    )
    assert open_to == []
