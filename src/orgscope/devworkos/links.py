"""Links: which objects of one table belong to which of another."""

from __future__ import annotations

from orgscope.devworkos.table import Rows, Table

__all__ = ["Links"]


class Links:
    """Pairs of an object of ``groups`` and one of ``members``."""

    def __init__(self, groups: Table, members: Table) -> None:
        self._groups = groups
        self._members = members
        self._members_of: dict[str, Rows] = {}
        self._groups_of: dict[str, Rows] = {}

    def members_of(self, group_id: str) -> Rows:
        """Return the members of a group, oldest first."""
        return self._members_of.setdefault(group_id, Rows(self._members))

    def groups_of(self, member_id: str) -> Rows:
        """Return the groups of a member, oldest first."""
        return self._groups_of.setdefault(member_id, Rows(self._groups))

    def add(self, group_id: str, member_id: str) -> bool:
        """Link two objects; tell whether they were apart."""
        members = self.members_of(group_id)
        if member_id in members:
            return False
        members.add(member_id)
        self.groups_of(member_id).add(group_id)
        return True

    def remove(self, group_id: str, member_id: str) -> bool:
        """Part two objects; tell whether they were linked."""
        members = self.members_of(group_id)
        if member_id not in members:
            return False
        members.remove(member_id)
        self.groups_of(member_id).remove(group_id)
        return True

    def drop_group(self, group_id: str) -> None:
        """Forget a group while it is still in its table."""
        for member in self._members_of.pop(group_id, ()):
            self._groups_of[member["id"]].remove(group_id)

    def drop_member(self, member_id: str) -> None:
        """Forget a member while it is still in its table."""
        for group in self._groups_of.pop(member_id, ()):
            self._members_of[group["id"]].remove(member_id)
