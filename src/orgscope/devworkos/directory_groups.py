"""Directory groups and who is in them."""

from __future__ import annotations

from typing import Final, Literal

from orgscope.devworkos.clock import iso
from orgscope.devworkos.directory_users import DirectoryUsers
from orgscope.devworkos.errors import invalid
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["DirectoryGroups"]

_NOUN: Final = "Directory group"


class DirectoryGroups(DirectoryUsers):
    """The groups of all directories."""

    @property
    @locked
    def directory_groups(self) -> list[JsonObject]:
        """Every group of every directory, oldest first."""
        return self._shown(self._directory_groups)

    @property
    @locked
    def directory_members(self) -> list[tuple[str, str]]:
        """Every pair of a directory group's id and the id of a directory user in it."""
        return [
            (group["id"], user["id"])
            for group in self._directory_groups.rows
            for user in self._directory_members.members_of(group["id"])
        ]

    @locked
    def create_directory_group(
        self, directory_id: str, name: str, *, idp_id: str | None = None
    ) -> JsonObject:
        """Let a directory bring a group, and emit ``dsync.group.created``.

        ``idp_id`` is the provider's id of the group, by default made up.
        Raises ApiError: 404 for the directory, 422 for the name.
        """
        directory = self._row(self._directories, "Directory", directory_id)
        _check_name(name)
        at_ms = self._tick()
        group: JsonObject = {
            "object": "directory_group",
            "id": self.ids.new("directory_group", at_ms),
            "idp_id": idp_id or f"{self.ids.random.getrandbits(64):016x}",
            "directory_id": directory_id,
            "organization_id": directory["organization_id"],
            "name": name,
            "raw_attributes": {},
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._directory_groups[group["id"]] = group
        self._emit_directory_group("created", group, at_ms)
        return copied(group)

    @locked
    def get_directory_group(self, group_id: str) -> JsonObject:
        """Return a directory group. Raises ApiError 404."""
        return copied(self._row(self._directory_groups, _NOUN, group_id))

    @locked
    def list_directory_groups(
        self,
        page: Page = FIRST_PAGE,
        *,
        directory_id: str | None = None,
        user_id: str | None = None,
    ) -> JsonObject:
        """Return a page of the groups of a directory, or of those that a directory user is in.

        Raises ApiError: 404 for the directory or the user, 422 when neither is given.
        """
        if directory_id is None and user_id is None:
            raise invalid("directory", "directory or user is required")
        if directory_id is not None:
            self._row(self._directories, "Directory", directory_id)
            rows = self._directory_groups.having("directory_id", directory_id)
        if user_id is not None:
            self._row(self._directory_users, "Directory user", user_id)
            rows = self._directory_members.groups_of(user_id)
        return paged(rows, page, fits=lambda group: directory_id in (None, group["directory_id"]))

    @locked
    def rename_directory_group(self, group_id: str, name: str) -> JsonObject:
        """Rename a group and emit ``dsync.group.updated``; the same name is no event.

        Raises ApiError: 404, 422 for the name.
        """
        group = self._row(self._directory_groups, _NOUN, group_id)
        _check_name(name)
        if group["name"] != name:
            previous = {"name": group["name"]}
            at_ms = self._tick(group)
            group.update(name=name, updated_at=iso(at_ms))
            self._emit_directory_group("updated", group, at_ms, previous)
        return copied(group)

    @locked
    def delete_directory_group(self, group_id: str) -> None:
        """Delete a group and emit ``dsync.group.deleted``, but no ``user_removed``.

        Raises ApiError 404.
        """
        group = self._row(self._directory_groups, _NOUN, group_id)
        self._directory_members.drop_group(group_id)
        del self._directory_groups[group_id]
        self._emit_directory_group("deleted", group)

    @locked
    def add_to_directory_group(self, group_id: str, directory_user_id: str) -> None:
        """Put a person into a group and emit ``dsync.group.user_added``, unless they are in it.

        Neither object changes. Raises ApiError: 404, 422 for a person of another directory.
        """
        group, user = self._group_and_user(group_id, directory_user_id)
        if self._directory_members.add(group_id, directory_user_id):
            self._emit_member("user_added", group, user)

    @locked
    def remove_from_directory_group(self, group_id: str, directory_user_id: str) -> None:
        """Take a person out of a group and emit ``dsync.group.user_removed``, if they are in it.

        Neither object changes. Raises ApiError: 404, 422 for a person of another directory.
        """
        group, user = self._group_and_user(group_id, directory_user_id)
        if self._directory_members.remove(group_id, directory_user_id):
            self._emit_member("user_removed", group, user)

    def _group_and_user(self, group_id: str, user_id: str) -> tuple[JsonObject, JsonObject]:
        group = self._row(self._directory_groups, _NOUN, group_id)
        user = self._row(self._directory_users, "Directory user", user_id)
        if group["directory_id"] != user["directory_id"]:
            raise invalid("user_id", "the user and the group are of different directories")
        return group, user

    def _emit_directory_group(
        self,
        what: Literal["created", "updated", "deleted"],
        group: JsonObject,
        at_ms: int | None = None,
        previous: JsonObject | None = None,
    ) -> None:
        data = group if previous is None else {**group, "previous_attributes": previous}
        organization_id = group["organization_id"]
        self._emit(f"dsync.group.{what}", data, organization_id=organization_id, at_ms=at_ms)

    def _emit_member(
        self, what: Literal["user_added", "user_removed"], group: JsonObject, user: JsonObject
    ) -> None:
        data = {"directory_id": group["directory_id"], "user": user, "group": group}
        self._emit(f"dsync.group.{what}", data, organization_id=group["organization_id"])


def _check_name(name: str) -> None:
    if not name.strip():
        raise invalid("name", "must not be empty")
