"""Roles by organization and slug. They have no other key that events carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orgscope.devworkos.wire import JsonObject

__all__ = ["RoleTable"]


class RoleTable:
    """The roles of the environment and of each organization, in the order of priority.

    An organization (None: the environment itself) has the environment's roles and its own, which
    come after those. A new role comes last among its like.
    """

    def __init__(self, roles: Iterable[JsonObject]) -> None:
        self._roles: dict[str | None, dict[str, JsonObject]] = {None: {}}
        for role in roles:
            self.add(role)

    def __iter__(self) -> Iterator[JsonObject]:
        """Yield every role, those of the environment first."""
        return (role for own in self._roles.values() for role in own.values())

    def of(self, organization_id: str | None) -> list[JsonObject]:
        """Return the roles that a member of the organization can have."""
        shared = list(self._roles[None].values())
        return shared if organization_id is None else shared + self.own(organization_id)

    def own(self, organization_id: str) -> list[JsonObject]:
        """Return the roles of an organization without the environment's."""
        return list(self._roles.get(organization_id, {}).values())

    def find_own(self, organization_id: str | None, slug: str) -> JsonObject | None:
        """Return the role of exactly that organization, or None."""
        return self._roles.get(organization_id, {}).get(slug)

    def find(self, organization_id: str | None, slug: str) -> JsonObject | None:
        """Return the role that the slug means in an organization, or None."""
        return self.find_own(None, slug) or self.find_own(organization_id, slug)

    def permissions_of(self, organization_id: str, slugs: Iterable[str]) -> set[str]:
        """Return what the roles together permit in an organization."""
        roles = (self.find(organization_id, slug) for slug in slugs)
        return {permission for role in roles if role for permission in role["permissions"]}

    def add(self, role: JsonObject) -> None:
        """Store a role; its organization has none with the slug."""
        self._roles.setdefault(role["organization_id"], {})[role["slug"]] = role

    def remove(self, role: JsonObject) -> None:
        """Forget a role. It must be stored."""
        own = self._roles[role["organization_id"]]
        del own[role["slug"]]
        if not own and role["organization_id"] is not None:
            del self._roles[role["organization_id"]]
