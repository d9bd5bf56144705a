"""The documented rate limits, by a clock that is moved by hand."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock
from orgscope.devworkos.rate_limits import Limit, RateLimits, limits_of


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("GET", "/user_management/users"), [6000, 1000]),
        (("PUT", "/user_management/users/user_1"), [6000, 500]),
        (("DELETE", "/organizations/org_1"), [6000, 50]),
        (("GET", "/organizations/org_1"), [6000]),
        (("GET", "/events"), [6000]),
        (("GET", "/directory_users"), [6000]),
    ],
)
def test_limits__of_a_call__are_the_documented_ones(
    call: tuple[str, str], expected: list[int]
) -> None:
    assert [limit.calls for limit in limits_of(*call, None)] == expected
    with_directory = limits_of(*call, "directory_1")
    ours = call[1] == "/directory_users"
    assert [limit.calls for limit in with_directory] == expected + ([4] if ours else [])


def test_admit__window_slides__counts_only_what_was_let_in(clock: ManualClock) -> None:
    limits, two = RateLimits(clock), [Limit("two", 2, 10), Limit("many", 100, 60)]

    assert limits.admit(two) is None
    clock.advance(4)
    assert limits.admit(two) is None
    assert [limits.admit(two) for _ in range(3)] == [6, 6, 6]
    clock.advance(5.5)
    assert limits.admit(two) == 1  # half a second, rounded up
    clock.advance(0.5)
    assert limits.admit(two) is None
    assert limits.admit(two) == 4


def test_enforce_limits__fifth_read_of_a_directory__429_until_a_second_has_passed(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    acme = world.create_organization("Acme")["id"]
    okta, google = (world.create_directory(acme, name)["id"] for name in ("Okta", "Google"))
    user = world.create_directory_user(okta)["id"]
    group = world.create_directory_group(okta, "Engineers")["id"]
    paths = [f"/directory_users?directory={okta}"] * 2
    paths += [f"/directory_users?group={group}", f"/directory_users/{user}"]
    for _ in range(2):
        assert [http.get(path).status_code for path in paths] == [200] * 4

    world.faults.enforce_limits = True
    assert [http.get(path).status_code for path in paths] == [200] * 4
    refused = http.get(paths[0])

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["code"] == "rate_limit_exceeded"
    assert http.get(f"/directory_users?directory={google}").status_code == 200
    assert http.get("/directories").status_code == 200
    assert http.post("/_dev/directory_users", json={"directory_id": okta}).status_code == 201
    clock.advance(1)
    assert http.get(paths[0]).status_code == 200
