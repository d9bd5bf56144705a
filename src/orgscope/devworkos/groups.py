"""Groups: the named sets of an organization's memberships. Directory groups are another noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypedDict, Unpack

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid, not_found
from orgscope.devworkos.memberships import Memberships
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import differs, locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["GroupChanges", "Groups"]

_MAX_CHANGES: Final = 100


class GroupChanges(TypedDict, total=False):
    """What ``update_group`` can change; what is left out stays."""

    name: str
    description: str | None


class Groups(Memberships):
    """The groups of all organizations, and who is in them."""

    @property
    @locked
    def groups(self) -> list[JsonObject]:
        """Every group, oldest first."""
        return self._shown(self._groups)

    @property
    @locked
    def group_members(self) -> list[JsonObject]:
        """Every pair of a group and a membership in it, as the events of members hold it."""
        return [
            _member_data(group["id"], membership["id"])
            for group in self._groups.rows
            for membership in self._group_members.members_of(group["id"])
        ]

    @locked
    def create_group(
        self, organization_id: str, name: str, *, description: str | None = None
    ) -> JsonObject:
        """Create a group and emit ``group.created``. Raises ApiError: 404, 422 for the name."""
        self._row(self._organizations, "Organization", organization_id)
        if not name.strip():
            raise invalid("name", "must not be empty")
        at_ms = self._tick()
        group: JsonObject = {
            "object": "group",
            "id": self.ids.new("group", at_ms),
            "organization_id": organization_id,
            "name": name,
            "description": description,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._groups[group["id"]] = group
        self._emit_group("created", group, at_ms)
        return copied(group)

    @locked
    def get_group(self, organization_id: str, group_id: str) -> JsonObject:
        """Return a group of the organization. Raises ApiError 404."""
        return copied(self._group(organization_id, group_id))

    @locked
    def list_groups(
        self, organization_id: str, page: Page = FIRST_PAGE, *, search: str | None = None
    ) -> JsonObject:
        """Return a page of an organization's groups with a matching name or that id.

        Raises ApiError 404.
        """
        self._row(self._organizations, "Organization", organization_id)

        def fits(group: JsonObject) -> bool:
            return (
                search is None or search.lower() in group["name"].lower() or search == group["id"]
            )

        return paged(self._groups.having("organization_id", organization_id), page, fits=fits)

    @locked
    def update_group(
        self, organization_id: str, group_id: str, **changes: Unpack[GroupChanges]
    ) -> JsonObject:
        """Change a group and emit ``group.updated``; without a difference nothing happens.

        Raises ApiError: 404, 422 for the name.
        """
        group = self._group(organization_id, group_id)
        if not changes.get("name", "x").strip():
            raise invalid("name", "must not be empty")
        if differs(group, changes):
            at_ms = self._tick(group)
            group.update(changes, updated_at=iso(at_ms))
            self._emit_group("updated", group, at_ms)
        return copied(group)

    @locked
    def delete_group(self, organization_id: str, group_id: str) -> None:
        """Delete a group and emit ``group.deleted``, but nothing of its members.

        Raises ApiError 404.
        """
        self._drop_group(self._group(organization_id, group_id), quietly=False)

    @locked
    def list_group_members(
        self, organization_id: str, group_id: str, page: Page = FIRST_PAGE
    ) -> JsonObject:
        """Return a page of the memberships in a group. Raises ApiError 404."""
        group = self._group(organization_id, group_id)
        members = self._group_members.members_of(group["id"])
        return paged(members, page, show=self._show_membership)

    @locked
    def list_groups_of_membership(self, membership_id: str, page: Page = FIRST_PAGE) -> JsonObject:
        """Return a page of the groups that a membership is in. Raises ApiError 404."""
        membership = self._row(self._memberships, "Organization membership", membership_id)
        return paged(self._group_members.groups_of(membership["id"]), page)

    @locked
    def add_group_member(
        self, organization_id: str, group_id: str, membership_id: str
    ) -> JsonObject:
        """Put a membership into a group and emit ``group.member_added``; twice is nothing.

        Returns the group. Raises ApiError 404, also for a membership of another organization.
        """
        self.change_group_members(organization_id, group_id, add=[membership_id])
        return copied(self._groups[group_id])

    @locked
    def remove_group_member(self, organization_id: str, group_id: str, membership_id: str) -> None:
        """Take a membership out of a group and emit ``group.member_removed``.

        Raises ApiError 404, also for a membership that is not in the group.
        """
        group = self._group(organization_id, group_id)
        if membership_id not in self._group_members.members_of(group["id"]):
            raise not_found("Organization membership", membership_id)
        self.change_group_members(organization_id, group_id, remove=[membership_id])

    @locked
    def change_group_members(
        self,
        organization_id: str,
        group_id: str,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> None:
        """Put memberships into a group and take others out, all or none, with the event of each.

        Raises ApiError: 404 for the group or a membership, 422
        ``group_membership_update_overlap`` when one is in both lists, 422 for more than 100.
        """
        group = self._group(organization_id, group_id)
        if not 1 <= len(add) + len(remove) <= _MAX_CHANGES:
            raise invalid("add", f"add and remove hold 1 to {_MAX_CHANGES} memberships together")
        if set(add) & set(remove):
            message = "A membership cannot be added and removed at once."
            raise ApiError.of(422, "group_membership_update_overlap", message)
        for membership_id in (*add, *remove):
            membership = self._row(self._memberships, "Organization membership", membership_id)
            if membership["organization_id"] != organization_id:
                raise not_found("Organization membership", membership_id)
        for membership_id in add:
            if self._group_members.add(group["id"], membership_id):
                self._emit_group_member("added", group, membership_id)
        for membership_id in remove:
            if self._group_members.remove(group["id"], membership_id):
                self._emit_group_member("removed", group, membership_id)

    def _group(self, organization_id: str, group_id: str) -> JsonObject:
        """Return the stored group of that organization, or raise the 404."""
        group = self._row(self._groups, "Group", group_id)
        if group["organization_id"] != organization_id:
            raise not_found("Group", group_id)
        return group

    def _drop_membership(self, membership: JsonObject, *, quietly: bool) -> None:
        self._group_members.drop_member(membership["id"])
        super()._drop_membership(membership, quietly=quietly)

    def _drop_children(self, organization_id: str, *, quietly: bool) -> None:
        for group in list(self._groups.having("organization_id", organization_id)):
            self._drop_group(group, quietly=quietly)
        super()._drop_children(organization_id, quietly=quietly)

    def _drop_group(self, group: JsonObject, *, quietly: bool) -> None:
        self._group_members.drop_group(group["id"])
        del self._groups[group["id"]]
        if not quietly:
            self._emit_group("deleted", group)

    def _emit_group(
        self,
        what: Literal["created", "updated", "deleted"],
        group: JsonObject,
        at_ms: int | None = None,
    ) -> None:
        organization_id = group["organization_id"]
        self._emit(f"group.{what}", group, organization_id=organization_id, at_ms=at_ms)

    def _emit_group_member(
        self, what: Literal["added", "removed"], group: JsonObject, membership_id: str
    ) -> None:
        data = _member_data(group["id"], membership_id)
        self._emit(f"group.member_{what}", data, organization_id=group["organization_id"])


def _member_data(group_id: str, membership_id: str) -> JsonObject:
    return {"group_id": group_id, "organization_membership_id": membership_id}
