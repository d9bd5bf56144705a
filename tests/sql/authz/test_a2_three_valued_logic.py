"""A2: null is never yes. Each input null, each segment missing, each table empty."""

import json
from itertools import combinations

import pytest
from psycopg.types.json import Jsonb

from tests.sql.authz.tenants import ORG_B, Tenants, begin_refusal, closed, refusal, value
from tests.tokens import ABSENT, claims, encode, header_of, rsa_key, token


def unsigned(**header: object) -> str:
    """Return header.payload of the second organization, without a signature."""
    payload = json.dumps(claims({"org_id": ORG_B})).encode()
    return f"{encode(header_of(header, rsa_key()))}.{encode(payload)}"


def test_authz__a2_unsigned_token__refused(tenants: Tenants) -> None:
    text = unsigned()
    header, payload = text.split(".")
    signature = tenants.bob.split(".")[2]
    tries = {
        "null": None,
        "empty": "",
        "two segments": text,
        "empty signature": f"{text}.",
        "no header": f".{payload}.{signature}",
        "no payload": f"{header}..{signature}",
        "alg absent": token({"org_id": ORG_B}, {"alg": ABSENT}),
        "alg null": token({"org_id": ORG_B}, {"alg": None}),
        "alg none": f"{unsigned(alg='none')}.",
        "kid absent": token({"org_id": ORG_B}, {"kid": ABSENT}),
        "kid null": token({"org_id": ORG_B}, {"kid": None}),
    }
    with tenants.transaction() as connection:
        found = {n: refusal(connection, "select authz.begin(%s)", (t,)) for n, t in tries.items()}
    assert found == dict.fromkeys(tries, "WS303")


def test_authz__a2_null_arguments__verify_nothing(tenants: Tenants) -> None:
    key = tenants.database.rows("select modulus, modulus_octets, block from authz.jwks")[0]
    text, signature = tenants.ada.rsplit(".", 1)
    octets = tenants.database.rows("select authz.b64url_decode(%s)", (signature,))[0][0]
    good = (text.encode(), octets, *key)
    query = "select authz.rs256_verify(%s::bytea, %s::bytea, %s, %s, %s)"
    assert tenants.database.rows(query, good) == [(True,)]
    for count in range(1, 6):
        for nulls in combinations(range(5), count):
            arguments = [None if at in nulls else part for at, part in enumerate(good)]
            assert tenants.database.rows(query, arguments) == [(False,)]
    admin = tenants.database.admin
    assert refusal(admin, "select authz.parse_token(null)") == "WS303"
    row = "select authz.check_claims(%s, s) from authz.settings as s"
    assert refusal(admin, row, (Jsonb(claims()),)) is None
    assert refusal(admin, row, (None,)) == "WS305"
    assert refusal(admin, "select authz.check_claims(%s, null)", (Jsonb(claims()),)) == "WS305"


@pytest.mark.parametrize("nulled", ["issuers", "client_id", "leeway_s", "max_age_s"])
def test_authz__a2_null_setting__accepts_nothing(tenants: Tenants, nulled: str) -> None:
    admin = tenants.database.admin
    admin.execute(f"alter table authz.settings alter {nulled} drop not null")
    admin.execute(f"update authz.settings set {nulled} = null")
    assert begin_refusal(tenants.database, tenants.ada) == "WS305"


def test_authz__a2_no_seal_key__closes_everything(tenants: Tenants) -> None:
    sealed = json.dumps({"kind": "user", "org_id": ORG_B, "until": 99999999999})
    with tenants.request() as connection:
        tenants.database.admin.execute("delete from authz.seal_keys")
        assert closed(connection) == "WS301"
        for forged in (f"1|1|user||{sealed}", f"1|1|user|{sealed}", sealed, "1|1|user|", ""):
            connection.execute("select set_config('orgscope.context', %s, true)", (forged,))
            assert closed(connection) == "WS301"
    assert begin_refusal(tenants.database, tenants.ada) == "WS308"


def test_authz__a2_no_signing_key__refused(tenants: Tenants) -> None:
    tenants.database.admin.execute("delete from authz.jwks")
    assert begin_refusal(tenants.database, tenants.ada) == "WS306"


def test_authz__a2_no_settings__refused_and_nothing_recalled(tenants: Tenants) -> None:
    remembered = tenants.ada
    with tenants.transaction() as connection:
        connection.execute("select authz.begin(%s)", (remembered,))
        connection.execute("commit")
        connection.execute("begin")
        tenants.database.admin.execute("delete from authz.settings")
        assert refusal(connection, "select authz.begin(%s)", (remembered,)) == "WS307"
        assert refusal(connection, "select authz.begin(%s)", (tenants.ada,)) == "WS307"


def test_authz__a2_no_tombstone_key__everybody_is_erased(tenants: Tenants) -> None:
    admin = tenants.database.admin
    admin.execute("select authz.put_tombstone('user_01SOMEBODYELSE')")
    assert begin_refusal(tenants.database, tenants.ada) is None
    admin.execute("delete from authz.tombstone_key")
    assert value(admin, "select authz.is_erased('user_01NOBODY')") is True
    assert begin_refusal(tenants.database, tenants.ada) == "WS315"
    assert refusal(admin, "select authz.put_tombstone('user_01NOBODY')") == "WS308"
