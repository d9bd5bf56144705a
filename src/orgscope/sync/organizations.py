"""Organizations, for application code and the sign-in. Call these outside of scoped blocks.

Each call of WorkOS takes at most 3 seconds where ``workos`` was made without ``background``. An
outage of WorkOS raises nothing: the outcome says so.
"""

from __future__ import annotations

from orgscope.authz import OrgPrincipal
from orgscope.db import Database
from orgscope.provider import WorkOS
from orgscope.sync.objects import ensure, sync
from orgscope.sync.synced import Synced

__all__ = ["ensure_organization", "sync_workos_organization_to_database"]

_FAMILY = "organization"


async def sync_workos_organization_to_database(
    database: Database, workos: WorkOS, org_id: str
) -> Synced:
    """Read an organization from WorkOS into the mirror, such as after your code changed it.

    Where WorkOS is away the outcome has what the mirror has. An organization that WorkOS has no
    more is not deleted here: the worker asks once more and does it.

    Raises WrongEnvironment when the API key is of another environment; psycopg.Error when the
    mirror cannot be asked or written.

    >>> synced = await sync_workos_organization_to_database(database, workos, "org_01ACME")
    >>> synced.outcome, synced.source
    (<Outcome.APPLIED: 'applied'>, 'workos')
    """
    return await sync(database, workos, _FAMILY, org_id, lambda: workos.get_organization(org_id))


async def ensure_organization(
    database: Database, workos: WorkOS, principal: OrgPrincipal
) -> Synced:
    """Make sure that the mirror has the organization of a verified token.

    The mirror is asked first, then WorkOS; where that is away a stub stands in, which the worker
    fills. A stub gives no access. Raises as `sync_workos_organization_to_database`.

    >>> synced = await ensure_organization(database, workos, principal)
    >>> synced.source  # "mirror" as a rule, "token" for a stub
    'mirror'
    """
    org_id = principal.org_id
    return await ensure(
        database,
        _FAMILY,
        org_id,
        lambda: sync_workos_organization_to_database(database, workos, org_id),
    )
