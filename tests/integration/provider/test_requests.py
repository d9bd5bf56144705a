"""What a request asks WorkOS: one person and one membership, once and briefly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from orgscope.devworkos import DevWorkOS
from orgscope.errors import ConfigurationError, ProviderError, ProviderRefused, ProviderUnavailable
from orgscope.provider import WorkOS
from tests.tokens import token_settings
from tests.web import API_KEY, client_of, world


@pytest.fixture
def workos() -> DevWorkOS:
    return world()


@pytest.fixture
async def http(workos: DevWorkOS) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(workos) as client:
        yield client


def provider(http: httpx2.AsyncClient, **changes: Any) -> WorkOS:
    values = {"workos_api_key": API_KEY, **changes}
    return WorkOS(token_settings(**values), http)


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


async def test_provider__membership_of_any_status__in_the_shape_of_events(
    workos: DevWorkOS, http: httpx2.AsyncClient
) -> None:
    person, acme = workos.create_user("ada@example.com"), workos.create_organization("Acme")
    made = workos.create_membership(person["id"], acme["id"])
    found = await provider(http).get_membership(person["id"], acme["id"])
    assert found == {k: v for k, v in made.items() if k not in {"user", "organization_name"}}
    workos.deactivate(made["id"])
    found = await provider(http).get_membership(person["id"], acme["id"])
    assert found is not None
    assert found["status"] == "inactive"


async def test_provider__nobody_and_nothing__none(
    workos: DevWorkOS, http: httpx2.AsyncClient
) -> None:
    person, acme = workos.create_user("ada@example.com"), workos.create_organization("Acme")
    assert await provider(http).get_membership(person["id"], acme["id"]) is None
    assert await provider(http).get_user("user_01NOBODY") is None
    assert await provider(http).get_user(person["id"]) == person


async def test_provider__membership_of_an_organization_that_workos_lacks__none() -> None:
    async with answering(lambda _: httpx2.Response(404, json={"message": "no"})) as http:
        assert await provider(http).get_membership("user_01A", "org_01A") is None


async def test_provider__jwks__document_as_received(
    workos: DevWorkOS, http: httpx2.AsyncClient
) -> None:
    assert workos.keys.current.kid.encode() in await provider(http).jwks()


@pytest.mark.parametrize("status", [301, 400, 401, 403, 422, 429, 500, 502, 503])
async def test_provider__error_status__named_after_one_call(status: int) -> None:
    calls: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        calls.append(request.url.path)
        return httpx2.Response(status, json={"message": "s3cr3t", "code": "s3cr3t"})

    async with answering(answer) as http:
        with pytest.raises(ProviderError) as caught:
            await provider(http).get_user("user_01A")
        with pytest.raises(ProviderUnavailable):
            await provider(http).jwks()
    assert isinstance(caught.value, ProviderRefused) == (status in {400, 401, 403, 422})
    assert len(calls) == 2
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"null", b"{}", b'{"data": 1}', b'{"data": [1]}', b'{"data": [{}]}'],
)
async def test_provider__answer_of_another_form__unavailable(body: bytes) -> None:
    async with answering(lambda _: httpx2.Response(200, content=body)) as http:
        with pytest.raises(ProviderUnavailable):
            await provider(http).get_membership("user_01A", "org_01A")
        with pytest.raises(ProviderUnavailable):
            await provider(http).get_user("user_01A")


async def test_provider__number_that_python_cannot_hold__unavailable() -> None:
    body = f'{{"id": "user_01A", "n": {"9" * 5000}}}'
    async with answering(lambda _: httpx2.Response(200, content=body)) as http:
        with pytest.raises(ProviderUnavailable) as caught:
            await provider(http).get_user("user_01A")
    assert caught.value.reason == "unexpected"


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.ReadError])
async def test_provider__no_answer__unavailable(error: type[httpx2.TransportError]) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error("s3cr3t")

    async with answering(answer) as http:
        with pytest.raises(ProviderUnavailable) as caught:
            await provider(http).get_user("user_01A")
    assert "s3cr3t" not in str(caught.value)


async def test_provider__no_api_key__configuration_error(http: httpx2.AsyncClient) -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_API_KEY"):
        await provider(http, workos_api_key=None).get_user("user_01A")


def test_provider__import_of_the_web_layer__does_not_load_the_sdk() -> None:
    code = "import sys, orgscope.web; sys.exit('workos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
