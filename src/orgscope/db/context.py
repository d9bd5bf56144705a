"""What is sent to open a context: which function of ``authz``, with which arguments.

The same object serves both twins, async and sync; neither builds SQL of its own.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from orgscope.authz import Principal
from orgscope.settings import Settings

__all__ = ["Opening", "RequestInfo"]

_BEGIN: Final = "select authz.begin(%s::text, %s::jsonb, %s::text)"
_BEGIN_SYSTEM: Final = "select authz.begin_system(%s::text, %s::text, %s::text)"
_BEGIN_PRIVILEGED: Final = "select authz.begin_privileged(%s::text)"


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Where a request came from, for the audit trail only; no policy reads it.

    ``id`` is the request id, ``address`` the client's address, ``agent`` its User-Agent.
    """

    id: str | None = None
    address: str | None = None
    agent: str | None = None

    def as_json(self) -> str:
        """Return the JSON object that ``authz.begin`` seals, each value cut to 200 characters."""
        return json.dumps({k: v[:200] for k, v in asdict(self).items() if v is not None})


@dataclass(frozen=True, slots=True)
class Opening:
    """How a transaction is opened. ``statement`` is None for one without a context.

    ``principal`` is who asks, where the mirror may lack a row that WorkOS has. ``arguments`` hold
    the token, so they stay out of the repr.
    """

    login: str
    statement: str | None
    arguments: tuple[Any, ...]
    readonly: bool = False
    principal: Principal | None = None

    def __repr__(self) -> str:
        return f"Opening(login={self.login!r}, readonly={self.readonly!r})"

    @classmethod
    def of_principal(
        cls,
        principal: Principal,
        scope: str,
        settings: Settings,
        *,
        readonly: bool,
        request: RequestInfo | None,
    ) -> Opening:
        """Open for a verified person; ``scope`` is ``organization`` or ``user``.

        A read goes to ``ORGSCOPE_API_READONLY_URL``, a standby, where that is set.
        """
        login = "api_readonly" if readonly and settings.api_readonly_url else "api"
        info = request.as_json() if request else None
        return cls(login, _BEGIN, (principal._token, info, scope), readonly, principal)

    @classmethod
    def of_system(cls, org_id: str, actor: str, reason: str) -> Opening:
        """Open for a job inside one organization."""
        return cls("job", _BEGIN_SYSTEM, (org_id, actor, reason))

    @classmethod
    def of_admin(cls, reason: str) -> Opening:
        """Open for an administrator who gives a reason."""
        return cls("admin", _BEGIN_PRIVILEGED, (reason,))

    @classmethod
    def of_login(cls, login: str, *, readonly: bool = False) -> Opening:
        """Open a transaction of a login without any context."""
        return cls(login, None, (), readonly)
