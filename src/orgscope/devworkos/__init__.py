"""A faithful local WorkOS for development and tests, with faults on request.

In process::

    world = DevWorkOS()
    user = world.create_user("ada@example.com")
    acme = world.create_organization("Acme")
    world.create_membership(user["id"], acme["id"])
    token = world.mint_token(user["id"], acme["id"])

Over HTTP, for the WorkOS SDK::

    with serve(world) as server:
        client = WorkOSClient(base_url=server.url, api_key=world.api_key, client_id=world.client_id)

``docs/reference/devworkos.md`` says what it imitates and where it differs.
"""

from __future__ import annotations

from orgscope.devworkos.clock import Clock, ManualClock
from orgscope.devworkos.errors import ApiError, DeliveriesPending
from orgscope.devworkos.faults import Faults
from orgscope.devworkos.paging import Page
from orgscope.devworkos.scenario import Scenario, scenario
from orgscope.devworkos.server import Server, serve
from orgscope.devworkos.tokens import IssuedToken
from orgscope.devworkos.world import DevWorkOS

__all__ = [
    "ApiError",
    "Clock",
    "DeliveriesPending",
    "DevWorkOS",
    "Faults",
    "IssuedToken",
    "ManualClock",
    "Page",
    "Scenario",
    "Server",
    "scenario",
    "serve",
]
