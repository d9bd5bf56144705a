"""A7: remembering a token neither blocks nor fails a request, and a recall asks everything anew."""

import pytest

from tests.sql.authz.tenants import Connection, Tenants, begin, begin_refusal, refusal, value
from tests.tokens import rsa_key, token

REMEMBERED = "select count(*) from authz.verified_tokens"


def remember(tenants: Tenants, text: str) -> None:
    """Make a token known by a request that commits."""
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, text)
        connection.execute("commit")


def test_authz__a7_first_request_held_open__others_do_not_wait(tenants: Tenants) -> None:
    text = tenants.ada
    with tenants.request(text), tenants.database.connect("api") as other:
        other.execute("set statement_timeout = '2s'")
        other.execute("begin")
        begin(other, text)
        assert tenants.database.rows(REMEMBERED) == [(0,)]


@pytest.mark.parametrize(
    "mode",
    [
        "isolation level repeatable read",
        "isolation level serializable",
        "isolation level repeatable read, read only",
        "read only",
    ],
)
def test_authz__a7_snapshot_or_read_only__opens_and_remembers_nothing(
    tenants: Tenants, mode: str
) -> None:
    text = tenants.ada
    with tenants.database.connect("api") as connection:
        connection.execute(f"begin {mode}")
        connection.execute("select 1")
        remember(tenants, text)
        tenants.database.admin.execute("delete from authz.verified_tokens")
        connection.execute("select authz.begin(%s, snapshot => true)", (text,))
        assert value(connection, "select count(*) from workos.users") == 1
        connection.execute("commit")
    assert tenants.database.rows(REMEMBERED) == [(0,)]


def test_authz__a7_remembered__warm_begin_writes_nothing(tenants: Tenants) -> None:
    text = tenants.ada
    remember(tenants, text)
    assert tenants.database.rows(REMEMBERED) == [(1,)]
    with tenants.request(text) as connection:
        assert value(connection, "select pg_current_xact_id_if_assigned()") is None


def test_authz__a7_refused_token__is_not_remembered(tenants: Tenants) -> None:
    database = tenants.database
    for text in (
        database.token(client_id="client_other"),
        database.token(iat=1, exp=301),
        database.token(sub="nobody"),
        database.token()[:-4] + "AAAA",
    ):
        with database.connect("api") as connection:
            connection.execute("begin")
            refusal(connection, "select authz.begin(%s)", (text,))
            connection.execute("commit")
    assert database.rows(REMEMBERED) == [(0,)]


def test_authz__a7_key_retired__recall_refused_at_once(tenants: Tenants) -> None:
    text = tenants.ada
    remember(tenants, text)
    with tenants.database.connect("keys") as keys:
        assert value(keys, "select authz.retire_key(%s)", (rsa_key().kid,)) is True
    assert begin_refusal(tenants.database, text) == "WS306"


def test_authz__a7_settings_changed__recall_is_void(tenants: Tenants) -> None:
    database, text = tenants.database, tenants.ada
    remember(tenants, text)
    database.admin.execute(
        """select authz.put_settings(
          (to_jsonb(s) - 'epoch') || '{"issuers": ["https://issuer.example"]}'
        ) from authz.settings as s"""
    )
    assert begin_refusal(database, text) == "WS305"


def test_authz__a7_remembered_and_expired__refused_as_expired(tenants: Tenants) -> None:
    database, text = tenants.database, tenants.ada
    remember(tenants, text)
    database.admin.execute("update authz.verified_tokens set expires_at = 1")
    assert begin_refusal(database, text) is None  # recalled no more: verified again
    now = int(value(database.admin, "select extract(epoch from clock_timestamp())"))
    old = database.token(iat=now - 300, exp=now - 60)
    database.admin.execute(
        """insert into authz.verified_tokens (digest, kid, epoch, expires_at, claims)
        select sha256(convert_to(%s, 'UTF8')), v.kid, v.epoch, %s, v.claims
        from authz.verified_tokens as v""",
        (old, now - 60),
    )
    assert begin_refusal(database, old) == "WS304"


def test_authz__a7_unruled_claims__are_not_kept(tenants: Tenants) -> None:
    remember(tenants, token({"email": "ada@example.com", "secret": {"a": 1}}))
    names = "select jsonb_object_keys(claims) from authz.verified_tokens"
    assert {"email", "secret"} & {name for (name,) in tenants.database.rows(names)} == set()


def test_authz__a7_expired__are_purged(tenants: Tenants) -> None:
    def purge(connection: Connection) -> int:
        return int(value(connection, "select authz.purge_verified_tokens()"))

    remember(tenants, tenants.ada)
    remember(tenants, tenants.bob)
    with tenants.database.connect("keys") as keys:
        assert purge(keys) == 0
        tenants.database.admin.execute("update authz.verified_tokens set expires_at = 1")
        assert purge(keys) == 2
    assert tenants.database.rows(REMEMBERED) == [(0,)]
