"""Calls that are late, refused, lost or mangled, the same in every run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock, scenario, serve
from orgscope.settings import Settings

USERS = "/user_management/users"


def client(world: DevWorkOS) -> TestClient:
    return TestClient(world.app, headers={"Authorization": f"Bearer {world.api_key}"})


def test_rate_limited__all__429_with_the_header_or_without(
    http: TestClient, world: DevWorkOS
) -> None:
    world.faults.change(rate_limited=1.0, retry_after_s=7)
    answer = http.get(USERS)

    assert answer.status_code == 429
    assert answer.json() == {"message": "Too many requests.", "code": "rate_limit_exceeded"}
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["x-request-id"].startswith("req_")
    world.faults.retry_after_s = None
    assert "retry-after" not in http.get(USERS).headers
    assert http.post("/_dev/faults", json={"rate_limited": 0}).status_code == 200
    assert http.get(USERS).status_code == 200


def test_error_share__all__every_status_comes_and_gateways_did_the_work(
    http: TestClient, world: DevWorkOS
) -> None:
    world.faults.error_share = 1.0

    statuses = [
        http.post(USERS, json={"email": f"{number}@example.com"}).status_code
        for number in range(40)
    ]

    assert set(statuses) == {500, 502, 503, 504}
    done = {int(user["email"].partition("@")[0]) for user in world.users}
    assert done == {number for number, status in enumerate(statuses) if status in (502, 504)}


def test_html_share__all__200_or_502_of_html(http: TestClient, world: DevWorkOS) -> None:
    world.faults.html_share = 1.0

    answers = [http.get(USERS) for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200, 502}
    assert {answer.headers["content-type"] for answer in answers} == {"text/html; charset=utf-8"}
    assert all(answer.text.startswith("<!DOCTYPE html>") for answer in answers)


def test_truncate_share__all__body_or_connection_ends_in_the_middle(world: DevWorkOS) -> None:
    world.create_user("ada@example.com")
    world.faults.truncate_share = 1.0
    headers = {"Authorization": f"Bearer {world.api_key}"}
    seen = Counter[str]()
    with (
        serve(world, settings=Settings.model_construct()) as server,
        httpx2.Client(base_url=server.url, headers=headers, trust_env=False) as http,
    ):
        for _ in range(20):
            try:
                answer = http.get(USERS)
            except httpx2.RemoteProtocolError:
                seen["connection"] += 1
                continue
            assert answer.status_code == 200
            with pytest.raises(json.JSONDecodeError):
                answer.json()
            seen["body"] += 1

    assert set(seen) == {"connection", "body"}


def test_slow__every_call__waits_that_long(
    http: TestClient, world: DevWorkOS, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("orgscope.devworkos.rest.misfortune.asyncio.sleep", sleep)
    world.faults.slow_s = 2.5

    assert http.get(USERS).status_code == http.get("/organizations").status_code == 200
    assert http.get("/_dev/faults").status_code == 200
    assert waits == [2.5, 2.5]


def test_unauthorized__right_key__401_but_the_keys_stay_public(
    http: TestClient, world: DevWorkOS
) -> None:
    world.faults.unauthorized = True

    answer = http.get(USERS)

    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")
    assert http.get(f"/sso/jwks/{world.client_id}").status_code == 200


@pytest.mark.parametrize("limit", [1, 2, 7])
@pytest.mark.parametrize(
    "path", ["/events?events=user.created&", f"{USERS}?order=asc&", f"{USERS}?"]
)
def test_partial_pages__followed_to_the_end__hold_every_row_once(
    clock: ManualClock, path: str, limit: int
) -> None:
    world = DevWorkOS(clock=clock, hold_back_s=0)
    for number in range(60):
        world.create_organization("between")
        world.create_user(f"{number}@example.com")
    world.faults.partial_pages = 1.0
    http, after = client(world), ""
    seen: list[str] = []
    sizes: list[int] = []
    while True:
        page = http.get(f"{path}limit={limit}{after}").json()
        rows = [row.get("data", row)["email"] for row in page["data"]]
        seen += rows
        sizes.append(len(rows))
        if page["list_metadata"]["after"] is None:
            break
        after = f"&after={page['list_metadata']['after']}"

    expected = [f"{number}@example.com" for number in range(60)]
    assert seen == (expected[::-1] if path == f"{USERS}?" else expected)
    assert 0 in sizes[:-1]  # an empty page with more to come
    assert max(sizes) <= limit


def test_partial_pages__same_page_asked_again__is_not_empty_again(
    http: TestClient, world: DevWorkOS
) -> None:
    for number in range(20):
        world.create_user(f"{number}@example.com")
    world.faults.partial_pages = 1.0

    sizes = [
        [len(http.get(f"{USERS}?limit={limit}").json()["data"]) for _ in range(10)]
        for limit in range(5, 15)
    ]

    assert any(first == 0 for first, *_ in sizes)
    assert all(size > 0 for _, *again in sizes for size in again)


def outcomes(world: DevWorkOS, order: Callable[[list[str]], Any]) -> list[tuple[int, bytes]]:
    world.faults.change(rate_limited=0.3, error_share=0.3, html_share=0.3)
    http = client(world)
    paths = [f"{path}?limit={limit}" for path in (USERS, "/organizations") for limit in range(1, 9)]
    answers = {path: http.get(path) for path in order(paths)}
    return [(answers[path].status_code, answers[path].content) for path in paths]


def test_faults_of_calls__same_seed__same_whatever_the_order(clock: ManualClock) -> None:
    def made(seed: int) -> DevWorkOS:
        return DevWorkOS(clock=clock, seed=seed)

    forwards = outcomes(made(1), list)

    assert outcomes(made(1), reversed) == forwards
    assert outcomes(made(2), list) != forwards
    assert len({status for status, _ in forwards}) > 2


def test_faults_of_calls__asked_again__may_differ(http: TestClient, world: DevWorkOS) -> None:
    world.faults.rate_limited = 0.5

    assert {http.get(USERS).status_code for _ in range(20)} == {200, 429}


def test_scenario__with_faults__sets_them(world: DevWorkOS) -> None:
    scenario(world, organizations=1, people=1, faults={"rate_limited": 0.5, "unauthorized": True})

    assert (world.faults.rate_limited, world.faults.unauthorized) == (0.5, True)
