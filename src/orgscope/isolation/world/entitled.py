"""The members who have a role or a permission that the contract or a policy names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from orgscope.isolation.contract.model import Contract
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.environment import MEMBER, ORG_A

__all__ = ["entitled_actors"]

_OTHER: Final = "orgscope-isolation"
"""The role of those who are tried for a permission alone: no policy names it."""


def entitled_actors(contract: Contract, slugs: Collection[str]) -> Iterator[Actor]:
    """Yield a member of A for each permission, and for each role one with all and one with none.

    ``slugs`` are words of policies, each of which may be a role or a permission. The mirror knows
    no permission of their roles, so that those of the token count.
    """
    relations = (*contract.tables.values(), *contract.views.values())
    grants = [grant for relation in relations for grant in relation.user.values()]
    permissions = sorted({*slugs, *(one.permission for one in grants if one.permission)})
    roles = sorted({*slugs, *(one.role for one in grants if one.role)} - {MEMBER})
    for one in permissions:
        yield _member(f"member of A with the permission {one}", _OTHER, one)
    for one in roles:
        yield _member(f"member of A with the role {one}", one, *permissions)
        if permissions:
            yield _member(f"member of A with the role {one} and no permission", one)


def _member(name: str, slug: str, *permissions: str) -> Actor:
    return Actor(name, "api", "user", "token", "ada", ORG_A, slug=slug, permissions=permissions)
