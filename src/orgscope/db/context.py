"""What is sent to open a context: which function of ``authz``, with which arguments.

The same object serves both twins, async and sync; neither builds SQL of its own.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from orgscope.authz import Principal
from orgscope.settings import Settings

__all__ = ["Opening", "RequestInfo"]

Kind = Literal["organization", "user", "system", "admin", "legacy"]
"""Whose rows a transaction sees."""

_BEGIN: Final = ("begin", ())
_BEGIN_READ_ONLY: Final = ("begin read only", ())
_OPEN: Final = "select authz.begin(%s::text, %s::jsonb, %s::text)"
_OPEN_SYSTEM: Final = "select authz.begin_system(%s::text, %s::text, %s::text)"
_OPEN_PRIVILEGED: Final = "select authz.begin_privileged(%s::text)"
_FIRST_QUERY: Final = ("select 1", ())
"""After a query PostgreSQL refuses to make a READ ONLY transaction writable."""


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
    """How a transaction is opened: ``steps`` are sent as messages of their own (rule B1).

    ``kind`` is what its span is told. ``principal`` is who asks, where the mirror may lack a row
    that WorkOS has. ``has_context`` says whether a context is opened, not only a transaction. The
    steps hold the token, so they stay out of the repr.
    """

    kind: Kind
    login: str
    steps: tuple[tuple[str, tuple[Any, ...]], ...]
    principal: Principal | None = None
    has_context: bool = True

    def __repr__(self) -> str:
        return f"Opening(kind={self.kind!r}, login={self.login!r})"

    @classmethod
    def of_principal(
        cls,
        principal: Principal,
        scope: Literal["organization", "user"],
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
        begin = _BEGIN_READ_ONLY if readonly else _BEGIN
        return cls(scope, login, (begin, (_OPEN, (principal._token, info, scope))), principal)

    @classmethod
    def of_system(cls, org_id: str, actor: str, reason: str) -> Opening:
        """Open for a job inside one organization."""
        return cls("system", "job", (_BEGIN, (_OPEN_SYSTEM, (org_id, actor, reason))))

    @classmethod
    def of_admin(cls, reason: str) -> Opening:
        """Open for an administrator who gives a reason."""
        return cls("admin", "admin", (_BEGIN, (_OPEN_PRIVILEGED, (reason,))))

    @classmethod
    def of_legacy(cls) -> Opening:
        """Open a READ ONLY transaction of a database that is not ours."""
        return cls("legacy", "legacy", (_BEGIN_READ_ONLY, _FIRST_QUERY), has_context=False)
