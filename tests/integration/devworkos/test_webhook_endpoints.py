"""Webhook endpoints: their life, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS

ENDPOINTS = "/webhook_endpoints"


def test_endpoint__life_over_http__create_list_change_delete(
    http: TestClient, world: DevWorkOS
) -> None:
    created = http.post(
        ENDPOINTS, json={"endpoint_url": "http://127.0.0.1:1/w", "events": ["user.created"]}
    )
    endpoint = created.json()
    path = f"{ENDPOINTS}/{endpoint['id']}"

    assert created.status_code == 201
    assert endpoint["id"].startswith("we_")
    assert endpoint["secret"].startswith("whsec_")
    assert endpoint["status"] == "enabled"
    assert http.get(ENDPOINTS).json()["data"] == [endpoint]
    changed = http.patch(path, json={"status": "disabled", "events": ["user.deleted"]}).json()
    assert (changed["status"], changed["events"]) == ("disabled", ["user.deleted"])
    assert changed["secret"] == endpoint["secret"]
    assert http.delete(path).status_code == 204
    assert http.delete(path).status_code == http.patch(path, json={}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"endpoint_url": "http://taken.test/"}, 409),
        ({"endpoint_url": "ftp://a.test/"}, 422),
        ({"endpoint_url": "nonsense"}, 422),
        ({"events": []}, 422),
        ({"events": ["user"]}, 422),
        ({"events": ["dsync.token.created"]}, 422),
        ({"events": ["authentication.mfa_failed"]}, 422),
        ({"secret": "short"}, 422),
        ({"events": None}, 422),
        ({"events": ["dsync.user.created", "authentication.mfa_succeeded"]}, 201),
    ],
)
def test_endpoint__refused__says_why(
    http: TestClient, world: DevWorkOS, body: dict[str, Any], status: int
) -> None:
    world.create_webhook_endpoint("http://taken.test/")
    complete = {"endpoint_url": "http://free.test/", "events": ["user.created"]} | body

    assert http.post(ENDPOINTS, json=complete).status_code == status


def test_endpoint__own_url_again__is_no_duplicate(world: DevWorkOS) -> None:
    first = world.create_webhook_endpoint("http://one.test/")
    world.create_webhook_endpoint("http://two.test/")

    assert world.update_webhook_endpoint(first["id"], endpoint_url="http://one.test/")
    with pytest.raises(ApiError, match="duplicate_endpoint"):
        world.update_webhook_endpoint(first["id"], endpoint_url="http://two.test/")
