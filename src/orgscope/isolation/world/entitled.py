"""The members who have what the contract or a policy names: a role, a permission, an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from orgscope.isolation.contract.model import Contract
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.named_members import NamedMembers
from orgscope.isolation.world.people import (
    LOOKALIKES,
    MEMBER,
    ORG_A,
    ORG_B,
    organization_object,
    role_object,
)

__all__ = ["entitled_actors"]

_OTHER: Final = "orgscope-isolation"
"""The role of those who are tried for a permission alone: no policy names it."""
_ROLE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
"""What a token may bring as a role; other words of policies are permissions."""


def entitled_actors(
    contract: Contract, named: NamedMembers, ids: Iterable[str], role_source: str
) -> Iterator[Actor]:
    """Yield a member of A for each permission, and for each role one with all and one with none.

    And whom it may not help: one whose permission only begins like it, one with the role in B, and
    unless ``role_source`` is the token, one of whom it alone says so and one whose role is deleted.

    Each word that is ``named`` may be a role or a permission. The mirror knows no permission of
    their roles, so that those of the token count; where texts read it, one role has them there.
    Whose ``ids`` are named is a member as well, or Ada is where.
    """
    slugs = named.slugs
    relations = (*contract.tables.values(), *contract.views.values())
    grants = [grant for relation in relations for grant in relation.user.values()]
    permissions = sorted({*slugs, *(one.permission for one in grants if one.permission)})
    words = {*filter(_ROLE.fullmatch, slugs), *(one.role for one in grants if one.role)}
    roles = sorted(words - {MEMBER})
    for number, one in enumerate(permissions):
        if role_source != "token":
            yield from _robbed(number, one)
        yield _member(f"member of A with the permission {one}", _OTHER, one)
        yield _member(f"member of A with the permission {one}x", _OTHER, f"{one}x")
        yield from _claiming(f"permission {one}", _OTHER, (one,), role_source)
        if named.reads_roles:
            role = role_object(f"org-isolation-giving-{number}", one, organization=ORG_A)
            member = _member(f"member of A whose role gives {one}", role["slug"], one)
            yield replace(member, before=(("organization_role.created", role),))
    for one in roles:
        yield _member(f"member of A with the role {one}", one, *permissions)
        if permissions:
            yield _member(f"member of A with the role {one} and no permission", one)
        member = _member(f"member of A with the role {one} in B", MEMBER, *permissions)
        yield replace(member, elsewhere=one)
        yield from _claiming(f"role {one}", one, tuple(permissions), role_source)
    for number in named.permission_counts:
        some = [f"{_OTHER}:{one}" for one in range(number)]
        yield _member(f"member of A with {number} permissions", _OTHER, *some)
    yield from _marked_actors(named)
    for one in ids:
        if one.startswith("user_"):
            yield replace(_member(f"member of A who is {one}", MEMBER), subject=one)
        else:
            yield replace(_member(f"member of {one}", MEMBER), organization=one)


def _marked_actors(named: NamedMembers) -> Iterator[Actor]:
    """Yield a member of A for each impersonator, field of a person or membership, and sign-in."""
    member = _member("member of A", MEMBER)
    for one in named.impersonators:
        yield replace(member, name=f"member of A impersonated by {one}", impersonator=one)
    for field, value in named.of_users:
        yield replace(member, name=f"member of A whose {field} is {value}", user=((field, value),))
    if named.managed:
        yield replace(member, name="member of A whom a directory manages", managed=True)
    for one in named.organization_names:
        renamed = organization_object(ORG_A) | {"name": one}
        before = (("organization.updated", renamed),)
        yield replace(member, name=f"member of A, which is called {one}", before=before)
    for one in named.jobs:
        name = f"job of A called {one}"
        yield Actor(name, "job", "user", "system", organization=ORG_A, called=one)
    for one in named.methods:
        yield replace(member, name=f"member of A signed in by {one}", method=one)


def _claiming(
    what: str, slug: str, permissions: tuple[str, ...], role_source: str
) -> Iterator[Actor]:
    """Yield a member of whom the token alone says it; the mirror has no permission of its role."""
    if role_source != "token":
        member = _member(f"member of A with the {what} by the token alone", MEMBER)
        slug_of_both = MEMBER if role_source == "mirror" else None
        yield replace(member, slug=slug_of_both, claimed=(slug, permissions))


def _robbed(number: int, permission: str) -> Iterator[Actor]:
    """Yield members whose tokens have what their role had once, or has in other organizations."""
    once, elsewhere = f"{_OTHER}-once-{number}", f"org-isolation-{number}"
    deleted = role_object(once, permission)
    name = f"member of A whose role with the permission {permission}"
    yield replace(
        _member(f"{name} is deleted", once),
        before=(("role.created", deleted), ("role.deleted", deleted)),
        claimed=(once, (permission,)),
    )
    ours = role_object(elsewhere, organization=ORG_A)
    theirs = [role_object(elsewhere, permission, organization=one) for one in (*LOOKALIKES, ORG_B)]
    yield replace(
        _member(f"{name} is another organization's", elsewhere),
        before=tuple(("organization_role.created", one) for one in (ours, *theirs)),
        claimed=(elsewhere, (permission,)),
    )


def _member(name: str, slug: str, *permissions: str) -> Actor:
    return Actor(name, "api", "user", "token", "ada", ORG_A, slug=slug, permissions=permissions)
