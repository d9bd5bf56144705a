"""The functions that server code calls: a session with exactly the rows of whoever asks.

Each is an async context manager that commits at the end of its block, so before the response:

    async def list_events(request):
        async with get_org_scoped_db(request) as session:
            events = (await session.scalars(select(Event))).all()
        return JSONResponse([event.title for event in events])
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from orgscope.authz import OrgPrincipal, Principal
from orgscope.authz.principal import require_org_principal, require_principal
from orgscope.db.context import RequestInfo
from orgscope.db.database import Database
from orgscope.db.engine import CLUSTER, refuse_unless_embedded
from orgscope.errors import ContextUsageError

__all__ = [
    "get_admin_db",
    "get_dev_db",
    "get_legacy_db",
    "get_org_scoped_db",
    "get_user_scoped_db",
]


def get_org_scoped_db(
    request: HTTPConnection | None = None,
    *,
    principal: OrgPrincipal | None = None,
    database: Database | None = None,
    readonly: bool = False,
) -> AbstractAsyncContextManager[AsyncSession]:
    """Return a session scoped to the organization of the request's token.

    ``principal`` is by default ``request.user``, and ``database`` the application's
    (``request.app.state.orgscope``). Nothing is connected before both are known.

    Raises AuthenticationRequired, OrganizationRequired, ContextUsageError without a database, and
    what ``Database.org_scoped`` raises.
    """
    who = require_org_principal(principal or _user(request))
    return _database(request, database).org_scoped(who, readonly=readonly, request=_info(request))


def get_user_scoped_db(
    request: HTTPConnection | None = None,
    *,
    principal: Principal | None = None,
    database: Database | None = None,
    readonly: bool = False,
) -> AbstractAsyncContextManager[AsyncSession]:
    """Return a session that sees what is the person's own, in no organization.

    Parameters and errors as ``get_org_scoped_db``, without OrganizationRequired.
    """
    who = require_principal(principal or _user(request))
    return _database(request, database).user_scoped(who, readonly=readonly, request=_info(request))


def get_admin_db(
    request: HTTPConnection | None = None, *, reason: str, database: Database | None = None
) -> AbstractAsyncContextManager[AsyncSession]:
    """Return an administrator's session across organizations; ``reason`` is kept in the audit.

    Raises Forbidden without a reason, ConfigurationError without ``ORGSCOPE_ADMIN_URL``.
    """
    return _database(request, database).admin(reason=reason)


def get_legacy_db(
    request: HTTPConnection | None = None, *, database: Database | None = None
) -> AbstractAsyncContextManager[AsyncSession]:
    """Return a READ ONLY session on ``ORGSCOPE_LEGACY_URL``.

    Raises ConfigurationError when it is not set.
    """
    return _database(request, database).legacy()


@asynccontextmanager
async def get_dev_db(
    request: HTTPConnection | None = None, *, database: Database | None = None
) -> AsyncIterator[AsyncSession]:
    """Open an administrator's session with the reason ``dev``, on the embedded server only.

    Raises ContextUsageError on any other server: production has no such door.
    """
    async with _database(request, database).admin(reason="dev") as session:
        refuse_unless_embedded(await session.scalar(CLUSTER))
        yield session


def _user(request: HTTPConnection | None) -> object:
    return request.user if request is not None and "user" in request.scope else None


def _database(request: HTTPConnection | None, database: Database | None) -> Database:
    found = database
    if found is None and request is not None:
        found = getattr(request.app.state, "orgscope", None)
    if not isinstance(found, Database):
        raise ContextUsageError(
            "no database: pass database=, or mount the application with "
            "orgscope.web.create_app, which sets app.state.orgscope."
        )
    return found


def _info(request: HTTPConnection | None) -> RequestInfo | None:
    if request is None:
        return None
    return RequestInfo(
        id=request.scope.get("state", {}).get("request_id"),
        address=request.client.host if request.client else None,
        agent=request.headers.get("user-agent"),
    )
