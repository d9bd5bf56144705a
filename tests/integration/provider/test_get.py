"""One object: the text that WorkOS sent, or the certainty that there is none."""

from __future__ import annotations

import json

import pytest

from orgscope.devworkos import DevWorkOS
from orgscope.errors import ProviderUnavailable
from orgscope.provider import WorkOS
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import Loopback, reply
from tests.web import API_KEY

ODD_TEXTS = [
    '{"id": "a", "n": 1.10, "m": 1e400, "k": -0.0, "i": 12345678901234567890123}',
    '{"nul": "\\u0000", "low": "\\udc00", "high": "\\ud800x", "pair": "\\ud83d\\ude00"}',
    '{"b":1,"a":2,"b":3}',
    ' {"sp" :\t[ ] ,\r\n"e" : "\\u00e9é\\/"}\n',
    f'{{"digits": {"9" * 5000}}}',
]


async def test_get__object__text_that_the_server_sent(local: DevWorkOS, provider: WorkOS) -> None:
    person = local.create_user("ada@example.com", first_name="Ådä")
    text = await provider.get(f"/user_management/users/{person['id']}")
    assert text is not None
    assert json.loads(text) == person


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
async def test_get__numbers_escapes_order_and_space__kept(
    odd: Loopback, provider_of: Make, text: str
) -> None:
    odd.answers = [reply(200, text)]
    assert await provider_of(odd.url).get("/organizations/org_01A") == text


async def test_get__nobody__none(local: DevWorkOS, provider: WorkOS) -> None:
    assert await provider.get("/user_management/users/user_01NOBODY") is None


@pytest.mark.parametrize("body", ["<html>not found</html>", "", "null", '["x"]', '{"mess'])
async def test_get__404_of_somebody_else__not_taken_for_a_deleted_object(
    odd: Loopback, provider_of: Make, body: str
) -> None:
    odd.answers = [reply(404, body)]
    with pytest.raises(ProviderUnavailable) as caught:
        await provider_of(odd.url).get("/organizations/org_01A")
    assert caught.value.reason == "not_json"


async def test_get__path__parts_are_encoded_and_the_key_is_sent(
    odd: Loopback, provider_of: Make
) -> None:
    odd.answers = [reply(200, "{}")]
    await provider_of(odd.url).get("/organizations/org?x=1#y%2F/roles")
    [request] = odd.requests
    assert (request.method, request.target) == ("GET", "/organizations/org%3Fx%3D1%23y%252F/roles")
    assert request.headers["authorization"] == f"bearer {API_KEY}"


@pytest.mark.parametrize("path", ["organizations", "", "/", "/a//b", "/a/..", "/./a", "/a/"])
async def test_get__path_that_is_none__value_error_and_no_call(
    odd: Loopback, provider_of: Make, path: str
) -> None:
    odd.answers = [reply(200, "{}")]
    with pytest.raises(ValueError, match="path"):
        await provider_of(odd.url).get(path)
    assert odd.requests == []
