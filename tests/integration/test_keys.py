"""The signing keys that the database trusts, from the document to the row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from orgscope import keys
from orgscope.commands.keys import app as commands
from orgscope.devworkos import DevWorkOS, serve
from orgscope.errors import ConfigurationError, KeyRefused, ProviderUnavailable
from orgscope.keys import KeyOutcome, list_keys, pin_keys, retire_key, sync_keys
from orgscope.settings import LOGINS, Settings
from tests.database import Database
from tests.tokens import CLIENT_ID, RsaKey, rsa_key
from tests.web import client_of, key_server, world


def live(database: Database) -> list[str]:
    rows = database.rows("select kid from authz.jwks where retired_at is null order by kid")
    return [kid for (kid,) in rows]


def answering(content: bytes, status: int = 200, **headers: str) -> httpx2.AsyncClient:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=content, headers=headers)

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


async def test_sync_keys__first_time__added_then_known(database: Database) -> None:
    workos = world()
    kid = workos.keys.current.kid
    async with client_of(workos) as http:
        assert await sync_keys(database.settings, http) == [KeyOutcome(kid, "added")]
        assert await sync_keys(database.settings, http) == [KeyOutcome(kid, "known")]
    assert live(database) == [kid]


async def test_sync_keys__pushed_key__database_accepts_its_tokens(database: Database) -> None:
    workos = world()
    person, acme = workos.create_user("a@example.com"), workos.create_organization("Acme")
    workos.create_membership(person["id"], acme["id"])
    database.add_member(person["id"], acme["id"])
    async with client_of(workos) as http:
        await sync_keys(database.settings, http)
    with database.context(workos.mint_token(person["id"], acme["id"])) as connection:
        assert connection.execute("select authz.org_id()").fetchone() == (acme["id"],)


def pass_an_hour(database: Database) -> None:
    database.admin.execute(
        "update authz.jwks set missing_since = missing_since - interval '1 hour'"
    )


async def test_sync_keys__rotation_then_withdrawal__old_key_lives_an_hour_longer(
    database: Database,
) -> None:
    workos = world()
    old = workos.keys.current.kid
    async with client_of(workos) as http:
        await sync_keys(database.settings, http)
        new = workos.rotate_key()
        assert set(await sync_keys(database.settings, http)) == {
            KeyOutcome(new, "added"),
            KeyOutcome(old, "known"),
        }
        workos.retire_key(old)
        for _ in range(2):
            assert set(await sync_keys(database.settings, http)) == {
                KeyOutcome(new, "known"),
                KeyOutcome(old, "missing"),
            }
        pass_an_hour(database)
        assert set(await sync_keys(database.settings, http)) == {
            KeyOutcome(new, "known"),
            KeyOutcome(old, "withdrawn"),
        }
        assert await sync_keys(database.settings, http) == [KeyOutcome(new, "known")]
    assert live(database) == [new]


async def test_sync_keys__truncated_answers__access_returns_with_the_whole_one(
    database: Database,
) -> None:
    first, second = rsa_key("first"), rsa_key("second")
    async with key_server(first, second) as http:
        await sync_keys(database.settings, http)
    async with key_server(second) as http:
        await sync_keys(database.settings, http)
        assert live(database) == ["first", "second"]
        pass_an_hour(database)
        await sync_keys(database.settings, http)
        assert live(database) == ["second"]
    async with key_server(first, second) as http:
        assert set(await sync_keys(database.settings, http)) == {
            KeyOutcome("first", "restored"),
            KeyOutcome("second", "known"),
        }
    assert live(database) == ["first", "second"]


async def test_sync_keys__answer_of_another_client__own_keys_live_and_return(
    database: Database,
) -> None:
    database.put_key(rsa_key("own"))
    async with key_server(rsa_key("foreign")) as http:
        for _ in range(2):
            await sync_keys(database.settings, http)
    assert live(database) == ["foreign", "own"]
    async with key_server(rsa_key("own")) as http:
        await sync_keys(database.settings, http)
        pass_an_hour(database)
        await sync_keys(database.settings, http)
    assert live(database) == ["own"]


async def test_sync_keys__key_that_an_operator_retired__stays_retired(database: Database) -> None:
    async with key_server(rsa_key("bad"), rsa_key("good")) as http:
        await sync_keys(database.settings, http)
        assert await retire_key(database.settings, "bad") is True
        assert KeyOutcome("bad", "retired") in await sync_keys(database.settings, http)
    assert live(database) == ["good"]


def of(*entries: Any) -> bytes:
    return json.dumps({"keys": list(entries)}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"null",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        of(),
        of(None, 1, "a", []),
        of({"kty": "EC", "kid": "a"}),
        of({**rsa_key().jwk, "use": "enc"}),
        of({**rsa_key().jwk, "e": "Aw"}),
        of({**rsa_key().jwk, "kid": "a\u0000b"}),
        of({**rsa_key().jwk, "n": "AQAB"}),
        b'{"keys": ' + b"[" * 20_000,
        b" " * 70_000,
    ],
    ids=lambda content: repr(content[:30]),
)
async def test_sync_keys__document_without_usable_key__nothing_changes(
    database: Database, content: bytes
) -> None:
    database.put_key(rsa_key("kept"))
    async with answering(content) as http:
        with pytest.raises(ProviderUnavailable):
            await sync_keys(database.settings, http)
    assert live(database) == ["kept"]


@pytest.mark.parametrize("status", [204, 301, 401, 404, 429, 500, 503])
async def test_sync_keys__other_status__nothing_changes(database: Database, status: int) -> None:
    database.put_key(rsa_key("kept"))
    async with answering(of(rsa_key().jwk), status, location="/elsewhere") as http:
        with pytest.raises(ProviderUnavailable):
            await sync_keys(database.settings, http)
    assert live(database) == ["kept"]


async def test_sync_keys__unusable_keys_beside_a_good_one__good_one_is_added(
    database: Database,
) -> None:
    odd = {"kty": "RSA", "kid": "odd\u0000", "n": "\u0000", "x5c": ["\ud800"]}
    async with answering(of(odd, {**rsa_key().jwk, "x": "\u0000"})) as http:
        assert await sync_keys(database.settings, http) == [KeyOutcome(rsa_key().kid, "added")]


async def test_sync_keys__key_changed_under_its_kid__refused_and_nothing_changes(
    database: Database,
) -> None:
    database.put_key(rsa_key())
    other = RsaKey(rsa_key().kid, rsa_key("impostor").private)
    async with key_server(other, rsa_key("new")) as http:
        with pytest.raises(KeyRefused):
            await sync_keys(database.settings, http)
    assert live(database) == [rsa_key().kid]


async def test_sync_keys__pinned__new_key_refused_and_none_retired(database: Database) -> None:
    database.put_key(rsa_key("kept"))
    await pin_keys(database.settings, pinned=True)
    async with key_server(rsa_key("new")) as http:
        with pytest.raises(KeyRefused, match="pinned"):
            await sync_keys(database.settings, http)
        assert live(database) == ["kept"]
        await pin_keys(database.settings, pinned=False)
        await sync_keys(database.settings, http)
    assert live(database) == ["kept", "new"]


async def test_sync_keys__plain_http__refused_before_any_request(database: Database) -> None:
    settings = database.settings.model_copy(update={"workos_base_url": "http://workos.example"})
    async with key_server(rsa_key()) as http:
        with pytest.raises(ConfigurationError, match="https"):
            await sync_keys(settings, http)


async def test_sync_keys__no_url_of_the_login__configuration_error(database: Database) -> None:
    settings = database.settings.model_copy(update={"keys_url": None})
    async with key_server(rsa_key()) as http:
        with pytest.raises(ConfigurationError, match="ORGSCOPE_KEYS_URL"):
            await sync_keys(settings, http)


async def test_retire_key__known_and_unknown__true_once(database: Database) -> None:
    database.put_key()
    assert await retire_key(database.settings, rsa_key().kid) is True
    assert await retire_key(database.settings, rsa_key().kid) is False
    assert await retire_key(database.settings, "unheard_of") is False
    (listed,) = await list_keys(database.settings)
    assert (listed.kid, listed.bits, listed.pinned) == (rsa_key().kid, 2048, False)
    assert listed.retired_at is not None


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run `orgscope keys …` with the environment of a worker."""
    for login in LOGINS:
        monkeypatch.setenv(f"ORGSCOPE_{login.upper()}_URL", database.settings.url(login))
    monkeypatch.setenv("WORKOS_CLIENT_ID", CLIENT_ID)
    monkeypatch.chdir("/")

    def invoke(*arguments: str, base_url: str = "https://127.0.0.1:9") -> tuple[int, str]:
        monkeypatch.setenv("WORKOS_BASE_URL", base_url)
        result = CliRunner().invoke(commands, list(arguments), catch_exceptions=False)
        return result.exit_code, result.output

    return invoke


def test_keys_command__sync_list_pin_retire__do_and_say(
    database: Database, run: Callable[..., tuple[int, str]]
) -> None:
    workos: DevWorkOS = world()
    kid = workos.keys.current.kid
    with serve(workos, settings=Settings.model_construct()) as server:
        assert run("sync", base_url=server.url) == (0, f"{kid}  added\n")
    code, said = run("list")
    assert (code, said.startswith(f"{kid}  2048 bits  added ")) == (0, True)
    assert run("pin") == (0, "New keys are refused.\n")
    assert "pinned" in run("list")[1]
    assert run("pin", "--off") == (0, "New keys are accepted.\n")
    assert run("retire", kid) == (0, f"{kid}  retired\n")
    code, said = run("retire", kid)
    assert (code, live(database)) == (1, [])
    assert "no such live key" in said


def test_keys_command__missing_then_withdrawn__said_by_sync_and_list(
    database: Database, run: Callable[..., tuple[int, str]]
) -> None:
    workos: DevWorkOS = world()
    kid = workos.keys.current.kid
    database.put_key(rsa_key("gone"))
    with serve(workos, settings=Settings.model_construct()) as server:
        _, said = run("sync", base_url=server.url)
        assert said.startswith(
            f"{kid}  added\ngone  missing\nWorkOS does not serve what is missing"
        )
        assert "gone  2048 bits  added " in (listed := run("list")[1])
        assert "  missing since " in listed
        pass_an_hour(database)
        assert run("sync", base_url=server.url) == (0, f"{kid}  known\ngone  withdrawn\n")
    assert "  withdrawn " in run("list")[1]
    assert run("retire", "gone") == (0, "gone  retired\n")
    assert "  retired " in run("list")[1]


def test_keys_command__rotate_seal__new_key_and_the_one_before(
    database: Database, run: Callable[..., tuple[int, str]]
) -> None:
    [(old,)] = database.rows("select kid from authz.seal_keys")
    said = f"Seal key {old + 1} is new; open transactions keep the one before it.\n"
    assert run("rotate-seal") == (0, said)
    kept = database.rows("select kid, retired_at is null from authz.seal_keys order by 1")
    assert kept == [(old, False), (old + 1, True)]


async def test_list_keys__wrong_login__refused_by_the_database(database: Database) -> None:
    url = SecretStr(database.settings.url("backup"))
    settings = database.settings.model_copy(update={"keys_url": url})
    with pytest.raises(Exception, match="permission denied"):
        await keys.pin_keys(settings, pinned=True)
