"""A10, B7: which keys ``authz.put_keys`` takes, and what it never changes."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from orgscope.errors import KeyRefused
from tests.database import Database
from tests.sql.authz.tenants import Tenants, begin_refusal, refusal
from tests.tokens import RsaKey, encode, rsa_key

PUT = "select kid, outcome from authz.put_keys(%s::jsonb)"


def put(database: Database, *jwks: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Offer keys as the worker does; return what became of each."""
    with database.connect("keys") as connection:
        document = json.dumps({"keys": jwks})
        return connection.execute(PUT, (document,)).fetchall()


def known(database: Database) -> list[str]:
    return [kid for (kid,) in database.rows("select kid from authz.jwks order by kid")]


def modulus(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_put_keys__rsa_of_an_accepted_size__tokens_verify(tenants: Tenants, bits: int) -> None:
    key = rsa_key(f"sized.{bits}", bits)
    assert put(tenants.database, key.jwk) == [(key.kid, "added")]
    assert put(tenants.database, key.jwk) == [(key.kid, "known")]
    rows = tenants.database.rows(
        "select modulus, modulus_octets from authz.jwks where kid = %s", (key.kid,)
    )
    assert rows == [(key.private.public_key().public_numbers().n, bits // 8)]


def test_put_keys__not_of_the_form__left_out(database: Database) -> None:
    good = rsa_key().jwk
    n = rsa_key().private.public_key().public_numbers().n
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1024)
    odd: list[dict[str, Any]] = [
        {**good, "kty": "EC"},
        {**good, "kty": None},
        {**good, "use": "enc"},
        {**good, "alg": "RS512"},
        {**good, "alg": "none"},
        {**good, "e": "Aw"},
        {**good, "e": None},
        {**good, "kid": None},
        {**good, "kid": ""},
        {**good, "kid": "a b"},
        {**good, "kid": "k" * 129},
        {**good, "kid": 1},
        {**good, "n": None},
        {**good, "n": ""},
        {**good, "n": "!!"},
        {**good, "n": "A" * 699},
        {**good, "n": "A" * 100_000},
        {**good, "n": modulus(n - 1)},
        {**good, "n": modulus(n >> 1 | 1)},
        {**good, "n": encode(b"\0" + n.to_bytes(256, "big"))},
        {**good, "n": modulus(n << 8 | 1)},
        {**good, "n": good["n"] + "="},
        {**RsaKey("weak", weak).jwk},
        {},
    ]
    outcomes = [outcome for _, outcome in put(database, *odd)]
    assert outcomes == ["ignored"] * len(odd)
    assert known(database) == []
    assert put(database, {**good, "use": "sig", "alg": "RS256"}) == [(rsa_key().kid, "added")]


@pytest.mark.parametrize("document", ['{"keys": [1, null, "x", []]}', '{"keys": []}'])
def test_put_keys__array_without_a_key__nothing_changes(database: Database, document: str) -> None:
    with database.connect("keys") as connection:
        outcomes = {outcome for _, outcome in connection.execute(PUT, (document,)).fetchall()}
    assert outcomes <= {"ignored"}
    assert known(database) == []


@pytest.mark.parametrize(
    ("document", "came"),
    [
        (None, "null"),
        ("null", "null"),
        ("7", "number"),
        ("[]", "array"),
        ('["keys"]', "array"),
        ('"keys"', "string"),
        ("{}", 'an object without "keys"'),
        ('{"Keys": []}', 'an object without "keys"'),
        ('{"keys": null}', 'an object whose "keys" is of type null'),
        ('{"keys": 1}', 'an object whose "keys" is of type number'),
        ('{"keys": "s3cr3t"}', 'an object whose "keys" is of type string'),
        ('{"keys": {"kid": "s3cr3t"}}', 'an object whose "keys" is of type object'),
    ],
)
def test_put_keys__not_a_jwks__refused_with_what_was_expected_and_what_came(
    tenants: Tenants, document: str | None, came: str
) -> None:
    with tenants.database.connect("keys") as connection:
        with pytest.raises(KeyRefused) as caught:
            connection.execute(PUT, (document,))
    expected = f'expected a JWKS, a JSON object with an array "keys", and got {came}'
    assert caught.value.diag.message_primary == expected
    assert "s3cr3t" not in str(caught.value)
    assert known(tenants.database) == [rsa_key().kid]


def test_put_keys__known_kid_with_another_modulus__refused(tenants: Tenants) -> None:
    other = {**rsa_key("other").jwk, "kid": rsa_key().kid}
    document = json.dumps({"keys": [other, rsa_key("new").jwk]})
    with tenants.database.connect("keys") as connection:
        assert refusal(connection, PUT, (document,)) == "WS322"
    assert known(tenants.database) == [rsa_key().kid]
    assert begin_refusal(tenants.database, tenants.ada) is None


def test_put_keys__retired_kid__never_comes_back(tenants: Tenants) -> None:
    database, kid = tenants.database, rsa_key().kid
    with database.connect("keys") as connection:
        assert refusal(connection, "select authz.retire_key(%s)", (kid,)) is None
        row = connection.execute("select authz.retire_key(%s)", (kid,)).fetchone()
        assert row == (False,)
    assert put(database, rsa_key().jwk) == [(kid, "retired")]
    assert begin_refusal(database, tenants.ada) == "WS306"


def test_put_keys__33rd_living_key__refused(database: Database) -> None:
    keys = [{**rsa_key().jwk, "kid": f"key_{number:02}"} for number in range(33)]
    assert len(put(database, *keys[:32])) == 32
    with database.connect("keys") as connection:
        document = json.dumps({"keys": keys[32:]})
        assert refusal(connection, PUT, (document,)) == "WS322"
        connection.execute("select authz.retire_key('key_00')")
    assert put(database, keys[32]) == [("key_32", "added")]


def test_put_keys__every_change__is_audited(database: Database) -> None:
    put(database, rsa_key().jwk)
    put(database, rsa_key().jwk)
    with database.connect("keys") as connection:
        connection.execute("select authz.retire_key(%s)", (rsa_key().kid,))
        connection.execute("select authz.pin_keys(true)")
        connection.execute("select authz.pin_keys(false)")
    kid = rsa_key().kid
    assert database.rows("select kind, login, actor, reason from audit.contexts order by id") == [
        ("keys", "orgscope_keys", "orgscope_keys", f"added signing key {kid}"),
        ("keys", "orgscope_keys", "orgscope_keys", f"retired signing key {kid}"),
        ("keys", "orgscope_keys", "orgscope_keys", "pinned keys"),
        ("keys", "orgscope_keys", "orgscope_keys", "unpinned keys"),
    ]


def test_authz__b7_pinned_keys__new_one_refused_known_one_told(tenants: Tenants) -> None:
    with tenants.database.connect("keys") as connection:
        connection.execute("select authz.pin_keys(true)")
        connection.execute("select authz.pin_keys(true)")
        document = json.dumps({"keys": [rsa_key("attacker").jwk]})
        assert refusal(connection, PUT, (document,)) == "WS322"
    assert put(tenants.database, rsa_key().jwk) == [(rsa_key().kid, "known")]
    with tenants.database.connect("keys") as connection:
        connection.execute("select authz.pin_keys(false)")
    assert put(tenants.database, rsa_key("attacker").jwk) == [("attacker", "added")]
