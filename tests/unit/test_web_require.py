"""What a token must have for an endpoint: a person, an organization, a permission."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tokens import (
    ABSENT,
    ORG_ID,
)
from tests.web_auth import bearer, client


@pytest.mark.parametrize(
    ("path", "changes", "status", "code"),
    [
        ("/auth", None, 401, "authentication-required"),
        ("/org", None, 401, "authentication-required"),
        ("/permission?name=x", None, 401, "authentication-required"),
        ("/auth", {"org_id": ABSENT}, 200, None),
        ("/org", {"org_id": ABSENT}, 403, "organization-required"),
        ("/permission?name=x", {"org_id": ABSENT}, 403, "organization-required"),
        ("/org", {}, 200, None),
        ("/permission?name=posts:write", {}, 200, None),
        ("/permission?name=posts:delete", {}, 403, "insufficient-scope"),
    ],
)
def test_require__table(
    path: str, changes: dict[str, Any] | None, status: int, code: str | None
) -> None:
    headers = {} if changes is None else bearer(**changes)
    response = client().get(path, headers=headers)
    assert response.status_code == status
    if code is not None:
        assert response.json()["code"] == code
    if status == 401:
        assert response.headers["www-authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    ("name", "scope"), [("posts:delete", ', scope="posts:delete"'), ('a" b', ""), ("a\r\nb", "")]
)
def test_require_permission__missing__challenge_names_it_where_it_may(
    name: str, scope: str
) -> None:
    response = client().get("/permission", params={"name": name}, headers=bearer())
    expected = 'Bearer realm="api", error="insufficient_scope"' + scope
    assert response.headers["www-authenticate"] == expected


def test_has_permission__member__true() -> None:
    response = client().get("/permission?name=posts:read", headers=bearer())
    assert response.json() == [ORG_ID, True]
