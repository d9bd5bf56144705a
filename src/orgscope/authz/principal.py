"""Who asks: what a verified access token says, in a form that only the verifier can make."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import NoReturn

from orgscope.errors import AuthenticationRequired, OrganizationRequired

__all__ = ["OrgPrincipal", "Principal", "Proof", "require_org_principal", "require_principal"]


class Proof:
    """The verifier's word that a token was verified; nothing else may make one."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token


class _TokenHolder:
    # Not a dataclass field: fields(), asdict(), ==, hash() and repr() must not know the token.
    __slots__ = ("_token",)
    _token: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Principal(_TokenHolder):
    """A signed-in user, as of ``issued_at``. ``Verifier.verify`` makes it; it cannot be copied.

    ``role`` and ``permissions`` are the token's word; what counts is what ``authz.begin`` decides
    from the token and the mirror together. ``actor`` is who impersonates the user (``act.sub``),
    and ``authenticated_at`` the last active sign-in (``auth_time``). Times are in UTC.

    ``_token`` is for ``orgscope.db`` alone, which hands it to ``authz.begin``.

    Raises TypeError when anything but the verifier makes, copies or pickles one.
    """

    user_id: str
    session_id: str
    org_id: str | None
    role: str | None
    permissions: frozenset[str]
    actor: str | None
    issued_at: datetime
    expires_at: datetime
    authenticated_at: datetime | None
    proof: InitVar[Proof]

    def __post_init__(self, proof: Proof) -> None:
        if type(proof) is not Proof:
            raise TypeError("A principal is made by Verifier.verify(token) only.")
        object.__setattr__(self, "_token", proof.token)

    @property
    def is_authenticated(self) -> bool:
        """True: what Starlette asks of ``request.user``."""
        return True

    @property
    def display_name(self) -> str:
        """The user id: a token has no name."""
        return self.user_id

    @property
    def identity(self) -> str:
        """The user id."""
        return self.user_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}(user_id={self.user_id!r}, org_id={self.org_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A principal cannot be copied or pickled; verify the token again.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OrgPrincipal(Principal):
    """A signed-in user who acts in an organization; what a scoped connection asks for."""

    org_id: str


def require_principal(user: object) -> Principal:
    """Return ``user``, which the middleware left in a request, as who asks.

    Raises AuthenticationRequired when it is no verified principal.
    """
    if not isinstance(user, Principal):
        raise AuthenticationRequired("the request carries no verified access token")
    return user


def require_org_principal(user: object) -> OrgPrincipal:
    """Return ``user`` as who asks, in an organization.

    Raises AuthenticationRequired, OrganizationRequired.
    """
    principal = require_principal(user)
    if not isinstance(principal, OrgPrincipal):
        raise OrganizationRequired("the token has no organization, and one is needed")
    return principal
