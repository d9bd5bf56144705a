"""``DevWorkOS``: the whole local WorkOS, usable in process and over HTTP."""

from __future__ import annotations

from functools import cached_property

from starlette.applications import Starlette

from orgscope.devworkos.connections import Connections
from orgscope.devworkos.directory_groups import DirectoryGroups
from orgscope.devworkos.groups import Groups
from orgscope.devworkos.invitations import Invitations
from orgscope.devworkos.organizations import Organizations
from orgscope.devworkos.permissions import Permissions
from orgscope.devworkos.tokens import Tokens
from orgscope.devworkos.users import Users
from orgscope.devworkos.webhook_endpoints import WebhookEndpoints

__all__ = ["DevWorkOS"]


class DevWorkOS(
    DirectoryGroups,
    Invitations,
    Groups,
    Permissions,
    Connections,
    Users,
    Organizations,
    Tokens,
    WebhookEndpoints,
):
    """A WorkOS environment in memory.

    Every method does what the REST call of that name does and returns what it answers; a refusal
    is an ``ApiError`` with WorkOS's status and body. ``app`` serves the same over HTTP.

    ``api_key``, ``client_id``: what clients must use.
    ``seed``, ``clock``: equal seeds and equal times give equal ids.
    ``roles``: the environment's first roles, slug -> slugs of permissions, the highest priority
    first; ``default_role`` is one of them. They and their permissions have no events.
    ``multiple_roles``: whether a membership may have several roles.
    ``cascade_events``: whether deleting a user or an organization emits its children's events;
    what WorkOS does is not documented.
    ``directory_provisioning``: whether people of a directory become users and members.
    ``deprovisioning``: whether a person who leaves a directory is ``deleted`` from it or becomes
    ``inactive``, as in environments from before 2023-10-19.
    ``hold_back_s``: how long the Events API hides a new event, in seconds.
    ``issuer``: ``iss`` of the tokens; by default
    ``https://api.workos.com/user_management/<client_id>``; older environments have
    ``https://api.workos.com``.
    ``token_lifetime_s``, ``session_lifetime_s``: in seconds.
    ``key_bits``: size of the signing keys: 2048, 3072 or 4096.
    ``retry_delays_s``: the waits before each further try of a delivery, in seconds.
    ``resign_retries``: whether a retry is signed again; what WorkOS does is not documented.
    ``delivery_timeout_s``: how long an endpoint may take to answer, in seconds.
    ``transport``: replaces the network of deliveries, such as ``httpx2.ASGITransport(app)``.

    >>> world = DevWorkOS()
    >>> user = world.create_user("ada@example.com")
    >>> acme = world.create_organization("Acme")
    >>> membership = world.create_membership(user["id"], acme["id"], role_slug="admin")
    >>> token = world.mint_token(user["id"], acme["id"])
    """

    @cached_property
    def app(self) -> Starlette:
        """The Starlette application; started with its lifespan, it makes the deliveries."""
        from orgscope.devworkos.app import build_app  # noqa: PLC0415 - it imports this module

        return build_app(self)

    async def quiesce(self, timeout_s: float = 10.0) -> None:
        """Return when every pending delivery is made or given up.

        Raises DeliveriesPending after ``timeout_s`` seconds, or at once while ``faults.paused``.
        """
        await self.deliveries.quiesce(timeout_s)
