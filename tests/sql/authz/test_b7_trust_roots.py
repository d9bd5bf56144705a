"""B7: only the named logins are trust roots, and no JWT template can imitate our own claims."""

from tests.database import Database
from tests.sql.authz.tenants import ORG_A, ORG_B, USER_A, Tenants, refusal, value

ROOTS = {
    "authz.put_keys(jsonb)": ["orgscope_keys"],
    "authz.retire_key(text)": ["orgscope_keys"],
    "authz.withdraw_keys(text[])": ["orgscope_keys"],
    "authz.pin_keys(boolean)": ["orgscope_keys"],
    "authz.rotate_seal_key()": ["orgscope_keys", "orgscope_owner"],
    "authz.put_settings(jsonb)": ["orgscope_owner"],
    "authz.put_tombstone(text[])": ["orgscope_definer"],
    "authz.erased_in(text[])": ["orgscope_definer"],
    "authz.is_erased(text)": ["orgscope_definer"],
    "authz.begin_system(text,text,text)": ["orgscope_job"],
    "authz.begin_privileged(text)": ["orgscope_admin", "orgscope_auditor"],
    "authz.begin(text,jsonb,text,boolean)": ["orgscope_api", "orgscope_user"],
}
IMITATION = {
    "kind": "system",
    "actor": "somebody else",
    "user_id": "user_01OTHER",
    "until": 99999999999,
    "request": {"id": "forged"},
    "session_id": "session_01OTHER",
    "is_privileged": True,
}


def test_authz__b7_trust_roots__are_these_logins_and_no_more(database: Database) -> None:
    rows = database.rows(
        """
        select f.name, array_agg(r.rolname::text order by r.rolname)
        from unnest(%s::text[]) as f (name) inner join pg_roles as r
        on has_function_privilege(r.oid, f.name, 'execute')
          and not r.rolsuper
          and r.oid <> (select p.proowner from pg_proc as p where p.oid = f.name::regprocedure)
        group by f.name
        """,
        (list(ROOTS),),
    )
    assert dict(rows) == ROOTS


def test_authz__b7_request_and_its_login__are_no_trust_root(tenants: Tenants) -> None:
    calls = (
        "select authz.put_keys('{}')",
        "select authz.retire_key('k')",
        "select authz.withdraw_keys('{k}')",
        "select authz.pin_keys(false)",
        "select authz.rotate_seal_key()",
        "select authz.put_settings('{}')",
        "select authz.put_tombstone('user_01')",
        f"select authz.begin_system('{ORG_B}', 'a', 'a reason')",
        f"select authz.open_system_context('{ORG_B}', 'a', 'a reason')",
        "select authz.begin_privileged('a reason')",
        "select authz.open_privileged_context('orgscope_admin', 'a reason')",
    )
    with tenants.request() as request, tenants.transaction() as login:
        for connection in (request, login):
            refused = {call: refusal(connection, call) for call in calls}
            assert refused == dict.fromkeys(calls, "42501")


def test_authz__b7_template_imitates_our_claims__changes_nothing(tenants: Tenants) -> None:
    for text in (
        tenants.database.token(**IMITATION),
        tenants.database.token(**IMITATION, org_id=ORG_A, permissions=["posts:read"]),
    ):
        with tenants.request(text) as connection:
            claims = value(connection, "select authz.claims()")
            assert (claims["kind"], claims["user_id"], claims["org_id"]) == ("user", USER_A, ORG_A)
            assert claims["until"] < 99999999999
            assert {"actor", "request", "is_privileged"} & claims.keys() == set()
            assert value(connection, "select authz.is_privileged('admin')") is False
            assert value(connection, "select authz.is_privileged('user')") is False
            assert value(connection, "select authz.actor()") == USER_A


def test_authz__b7_impersonator__is_the_actor(tenants: Tenants) -> None:
    with tenants.request(tenants.database.token(act={"sub": "eve@example.com"})) as connection:
        assert value(connection, "select authz.actor()") == "eve@example.com"
        assert value(connection, "select authz.user_id()") == USER_A


def test_authz__b7_request_argument__is_sealed_apart_from_the_claims(tenants: Tenants) -> None:
    request = f'{{"id": "r1", "org_id": "{ORG_B}", "kind": "admin", "user_id": "user_01"}}'
    with tenants.request(request=request) as connection:
        claims = value(connection, "select authz.claims()")
        assert (claims["kind"], claims["org_id"], claims["user_id"]) == ("user", ORG_A, USER_A)
        assert value(connection, "select authz.request_id()") == "r1"
