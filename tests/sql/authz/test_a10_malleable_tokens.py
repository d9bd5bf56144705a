"""A10: one signed token is one accepted text, and a long one costs nothing."""

import random

import pytest

from orgscope.errors import TokenRefused
from tests.sql.authz.tenants import Tenants, begin, refusal, value
from tests.tokens import rsa_key
from tests.tokens.builders import beyond_modulus

REMEMBERED = "select count(*) from authz.verified_tokens"


def variants(text: str, seed: int) -> list[str]:
    """Return 200 texts that the prototype took for this token."""
    choose = random.Random(seed)
    header, payload, signature = text.split(".")
    found = {
        f"{text}=",
        f"{text}==",
        f"{text}.AAAA",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}.AAAA{signature}",
        f"{header}.{payload}.AA{signature}",
        text.replace("-", "+").replace("_", "/") + "=",
        text + " ",
        " " + text,
        text + "\n",
    }
    while len(found) < 200:
        at = choose.randrange(len(text) + 1)
        found.add(text[:at] + choose.choice(" \n\t\r=") + text[at:])
    return sorted(found - {text})


def test_authz__a10_variants_of_one_token__all_refused_and_none_remembered(
    tenants: Tenants,
) -> None:
    text = tenants.ada
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, text)
        connection.execute("commit")
        connection.execute("begin")
        for variant in variants(text, 1):
            assert refusal(connection, "select authz.begin(%s)", (variant,)) == "WS303"
        connection.execute("commit")
    assert tenants.database.rows(REMEMBERED) == [(1,)]


def test_authz__a10_every_failure__has_one_code_and_one_text(tenants: Tenants) -> None:
    """Nobody learns from an answer which check a forged token failed."""
    header, payload, signature = tenants.ada.split(".")
    texts = (
        "x",
        f"{header}.{payload}.{signature}=",
        f"{header}.e30.{signature}",
        f"e30.{payload}.{signature}",
        f"{header}.{payload}.{'A' * 342}",
        f"{header}.{payload}.{signature[:-4]}",
        f"{header}.bm90IGpzb24.{signature}",
        "A" * 100_000,
    )
    said = set()
    for text in texts:
        with tenants.transaction() as connection, pytest.raises(TokenRefused) as error:
            begin(connection, text)
        assert text not in f"{error.value} {error.value.diag.context}" or text == "x"
        said.add((error.value.diag.message_primary, error.value.diag.message_detail))
    assert len(said) == 1


def test_authz__a10_signature_beyond_modulus__refused(tenants: Tenants) -> None:
    now = int(value(tenants.database.admin, "select extract(epoch from clock_timestamp())"))
    with tenants.transaction() as connection:
        query = "select authz.begin(%s)"
        assert refusal(connection, query, (beyond_modulus(now),)) == "WS303"


def test_authz__a10_long_signature__is_not_computed(tenants: Tenants) -> None:
    """The length is compared first: os2ip of eight megabytes would take minutes."""
    modulus, octets, block = tenants.database.rows(
        "select modulus, modulus_octets, block from authz.jwks where kid = %s", (rsa_key().kid,)
    )[0]
    admin = tenants.database.admin
    admin.execute("set statement_timeout = '10s'")
    query = "select authz.rs256_verify('a', repeat('z', 8388608)::bytea, %s, %s, %s)"
    assert value(admin, query, (modulus, octets, block)) is False
    assert refusal(admin, "select authz.parse_token(repeat('z', 20000000))") == "WS303"
