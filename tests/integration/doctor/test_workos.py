"""What WorkOS says of its keys, its issuer and the time is compared, and silence is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import httpx2
import pytest
from psycopg.errors import InsufficientPrivilege

from orgscope.devworkos import DevWorkOS, serve
from orgscope.doctor import Finding, Level, workos
from orgscope.keys import sync_keys
from orgscope.settings import Settings
from tests.database import Database
from tests.integration.doctor.examined import findings, workos_of
from tests.tokens import ISSUER, RsaKey, jwks, rsa_key
from tests.web import client_of, web_settings, world

SECOND = "sso_oidc_key_pair_02"
NOW = time.time()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[DevWorkOS, str]]:
    """A local WorkOS that is asked over HTTP."""
    settings = Settings(_env_file=None, workos_api_key=None)
    with serve(world(), settings=settings) as server:
        yield server.world, server.url


def keys_of(database: Database, *keys: RsaKey) -> list[Finding]:
    return findings(web_settings(database), workos_of(*keys))["served keys"]


async def synced(database: Database, workos: DevWorkOS) -> None:
    async with client_of(workos) as client:
        await sync_keys(web_settings(database), client)


def asked(database: Database, url: str) -> dict[str, list[Finding]]:
    """Return what is found over HTTP, by whoever accepts the same issuers as the database."""
    settings = web_settings(
        database, workos_base_url=url, workos_issuer=database.settings.accepted_issuers
    )
    return findings(settings, httpx2.AsyncHTTPTransport())


def test_doctor__workos_over_http__keys_issuer_and_clock(
    database: Database, served: tuple[DevWorkOS, str]
) -> None:
    workos, url = served
    found = asked(database, url)
    (keys,) = found["served keys"]
    kid = workos.keys.current.kid
    assert (keys.level, kid in keys.why, "keys sync" in keys.mend) == (Level.FAIL, True, True)
    assert [one.level for one in found["issuer"]] == [Level.OK]
    assert ISSUER in found["issuer"][0].why
    assert [one.level for one in found["clock of WorkOS"]] == [Level.OK]


async def test_doctor__keys_are_synced_and_retired__compared_with_what_is_served(
    database: Database,
) -> None:
    workos = world()
    await synced(database, workos)
    first = workos.keys.current.kid

    def look() -> list[tuple[Level, bool]]:
        transport = httpx2.MockTransport(
            lambda request: httpx2.Response(200, json=dict(workos.jwks()))
        )
        found = in_thread(database, transport)
        return [(one.level, first in one.why) for one in found]

    assert look() == [(Level.OK, False)]
    workos.rotate_key()
    await synced(database, workos)
    assert look() == [(Level.OK, False)]
    workos.retire_key(first)
    assert look() == [(Level.WARN, True)]
    database.admin.execute(
        "update authz.jwks set missing_since = now() - interval '71 min' where kid = %s", (first,)
    )
    assert look() == [(Level.FAIL, True)]


def in_thread(database: Database, transport: httpx2.MockTransport) -> list[Finding]:
    with ThreadPoolExecutor() as pool:
        return pool.submit(findings, web_settings(database), transport).result()["served keys"]


def test_doctor__served_key_that_is_not_accepted__fails(database: Database) -> None:
    database.put_key()
    (finding,) = keys_of(database, rsa_key(), rsa_key(SECOND))
    assert (finding.level, SECOND in finding.why) == (Level.FAIL, True)
    database.put_key(rsa_key(SECOND))
    assert [one.level for one in keys_of(database, rsa_key(), rsa_key(SECOND))] == [Level.OK]
    database.admin.execute(
        "update authz.jwks set retired_at = now(), withdrawn = true where kid = %s", (SECOND,)
    )
    (finding,) = keys_of(database, rsa_key(), rsa_key(SECOND))
    assert (finding.level, "refuses its tokens" in finding.why) == (Level.FAIL, True)
    database.admin.execute("update authz.jwks set withdrawn = false where kid = %s", (SECOND,))
    (finding,) = keys_of(database, rsa_key(), rsa_key(SECOND))
    assert (finding.level, "an operator retired" in finding.why) == (Level.WARN, True)


def test_doctor__other_key_under_a_known_kid__fails(database: Database) -> None:
    database.put_key()
    impostor = RsaKey(rsa_key().kid, rsa_key("somebody else").private)
    (finding,) = keys_of(database, impostor)
    assert (finding.level, "another key than WorkOS" in finding.why) == (Level.FAIL, True)
    assert finding.why.endswith(f"under {rsa_key().kid}.")


def test_doctor__document_without_a_key__fails(database: Database) -> None:
    database.put_key()
    for body in (jwks(), b"no JSON"):
        transport = httpx2.MockTransport(lambda _, body=body: httpx2.Response(200, content=body))
        (finding,) = findings(web_settings(database), transport)["served keys"]
        assert (finding.level, "no usable key" in finding.why) == (Level.FAIL, True)


def away(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("away", request=request)


@pytest.mark.parametrize(
    ("answer", "said"), [(away, "unreachable"), (lambda _: httpx2.Response(503), "status")]
)
def test_doctor__workos_is_away__warns_that_nothing_is_known(
    database: Database, answer: Callable[[httpx2.Request], httpx2.Response], said: str
) -> None:
    database.put_key()
    found = findings(web_settings(database), httpx2.MockTransport(answer))
    for what in ("served keys", "issuer", "clock of WorkOS"):
        (finding,) = found[what]
        assert (finding.level, f"({said})" in finding.why) == (Level.WARN, True)


def test_doctor__no_client_id__workos_is_not_asked(database: Database) -> None:
    found = findings(web_settings(database, workos_client_id=None))
    assert not {"served keys", "issuer", "clock of WorkOS"} & found.keys()
    assert [one.level for one in found["settings"]] == [Level.FAIL]


def test_doctor__issuer_that_is_not_accepted__warns_and_names_it(database: Database) -> None:
    other = "https://auth.example.com/user_management/client_01"
    (finding,) = findings(web_settings(database), workos_of(issuer=other))["issuer"]
    assert (finding.level, other in finding.why, ISSUER in finding.why) == (Level.WARN, True, True)


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'{"issuer": 1}', b"{}"])
def test_doctor__document_without_an_issuer__warns(database: Database, body: bytes) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=body))
    (finding,) = findings(web_settings(database), transport)["issuer"]
    assert (finding.level, "names no issuer" in finding.why) == (Level.WARN, True)


@pytest.mark.parametrize(
    ("headers", "level"),
    [
        ({"Date": formatdate(NOW)}, Level.OK),
        ({"Date": formatdate(NOW - 600), "Age": "600"}, Level.OK),
        ({"Date": formatdate(NOW - 600)}, Level.FAIL),
        ({"Date": formatdate(NOW + 600)}, Level.FAIL),
        ({"Date": "yesterday"}, Level.WARN),
        ({}, Level.WARN),
    ],
)
def test_doctor__clock_of_workos__compared_by_its_date(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], level: Level
) -> None:
    monkeypatch.setattr(workos.time, "time", lambda: NOW)
    settings = Settings(_env_file=None, workos_client_id="client_01")
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, content=jwks(), headers=headers)
    )
    (finding,) = workos.check_clock(workos.ask(settings, transport), settings)
    assert finding.level is level


def test_doctor__clock_a_little_off__warns(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(_env_file=None, workos_client_id="client_01", token_leeway_s=10)
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, content=jwks(), headers={"Date": formatdate(NOW + 5)})
    )
    monkeypatch.setattr(workos.time, "time", lambda: NOW)
    (finding,) = workos.check_clock(workos.ask(settings, transport), settings)
    assert finding.level is Level.WARN


def test_fingerprint_keys__other_logins__may_not_read_it(database: Database) -> None:
    database.put_key()
    for login in ("monitor", "keys"):
        with database.connect(login) as connection:
            rows = connection.execute("select * from authz.fingerprint_keys()").fetchall()
        number = rsa_key().private.public_key().public_numbers().n
        assert rows == [(rsa_key().kid, workos._fingerprint(number))]
    for login in ("api", "sync", "job", "backup"):
        with database.connect(login) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute("select * from authz.fingerprint_keys()")
