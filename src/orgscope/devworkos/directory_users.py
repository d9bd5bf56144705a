"""Directory users: the people of a directory, who are not the users of AuthKit."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final, Literal, TypedDict, Unpack, get_args

from orgscope.devworkos.clock import iso
from orgscope.devworkos.directories import Directories
from orgscope.devworkos.errors import invalid
from orgscope.devworkos.memberships import role_fields
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import differs, locked
from orgscope.devworkos.users import address_of
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["DirectoryUserChanges", "DirectoryUserState", "DirectoryUsers"]

DirectoryUserState = Literal["active", "suspended", "inactive"]

_NOUN: Final = "Directory user"


class DirectoryUserChanges(TypedDict, total=False):
    """What a directory user can be given; what is left out stays, or is empty at first."""

    email: str | None
    first_name: str | None
    last_name: str | None
    job_title: str | None
    username: str | None
    state: DirectoryUserState
    raw_attributes: JsonObject
    custom_attributes: JsonObject
    role_slug: str | None


_EMPTY: Final[JsonObject] = {
    "email": None,
    "first_name": None,
    "last_name": None,
    "job_title": None,
    "username": None,
    "state": "active",
    "raw_attributes": {},
    "custom_attributes": {},
}


class DirectoryUsers(Directories):
    """The people of all directories. With Directory Provisioning they become users and members."""

    @property
    @locked
    def directory_users(self) -> list[JsonObject]:
        """Every person of every directory, oldest first."""
        return [_shown(row) for row in self._directory_users.rows]

    @locked
    def create_directory_user(
        self,
        directory_id: str,
        *,
        idp_id: str | None = None,
        **fields: Unpack[DirectoryUserChanges],
    ) -> JsonObject:
        """Let a directory bring a person, and emit ``dsync.user.created``.

        ``idp_id`` is the provider's id of the person, by default made up.
        Raises ApiError: 404 for the directory, 422 for an e-mail, a state or a role.
        """
        directory = self._row(self._directories, "Directory", directory_id)
        values = self._user_values(directory["organization_id"], {}, fields)
        at_ms = self._tick()
        user: JsonObject = {
            "object": "directory_user",
            "id": self.ids.new("directory_user", at_ms),
            "directory_id": directory_id,
            "organization_id": directory["organization_id"],
            "idp_id": idp_id or f"{self.ids.random.getrandbits(64):016x}",
            **deepcopy(_EMPTY),
            **values,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._directory_users[user["id"]] = user
        self._emit_directory_user("created", user, at_ms)
        self._provision(user)
        return _shown(user)

    @locked
    def get_directory_user(self, directory_user_id: str) -> JsonObject:
        """Return a person of a directory. Raises ApiError 404."""
        return _shown(self._row(self._directory_users, _NOUN, directory_user_id))

    @locked
    def list_directory_users(
        self,
        page: Page = FIRST_PAGE,
        *,
        directory_id: str | None = None,
        group_id: str | None = None,
        idp_id: str | None = None,
        email: str | None = None,
    ) -> JsonObject:
        """Return a page of the people of a directory, of a directory group, or of both.

        Raises ApiError: 404 for the directory or the group, 422 when neither is given or
        ``idp_id`` or ``email`` come without a directory.
        """
        if directory_id is None and (group_id is None or idp_id is not None or email is not None):
            raise invalid("directory", "directory is required")
        if directory_id is not None:
            self._row(self._directories, "Directory", directory_id)
            rows = self._directory_users.having("directory_id", directory_id)
        if group_id is not None:
            self._row(self._directory_groups, "Directory group", group_id)
            rows = self._directory_members.members_of(group_id)

        def fits(user: JsonObject) -> bool:
            return (
                directory_id in (None, user["directory_id"])
                and idp_id in (None, user["idp_id"])
                and email in (None, user["email"])
            )

        return paged(rows, page, show=_shown, fits=fits)

    @locked
    def update_directory_user(
        self, directory_user_id: str, **changes: Unpack[DirectoryUserChanges]
    ) -> JsonObject:
        """Change a person and emit ``dsync.user.updated``; without a difference nothing happens.

        ``custom_attributes`` and ``raw_attributes`` are replaced whole.
        Raises ApiError: 404, 422 for an e-mail, a state or a role.
        """
        user = self._row(self._directory_users, _NOUN, directory_user_id)
        values = self._user_values(user["organization_id"], user, changes)
        without_role = "role_slug" in changes and changes["role_slug"] is None and "role" in user
        if differs(user, values) or without_role:
            before = copied(user)
            at_ms = self._tick(user)
            user.update(values, updated_at=iso(at_ms))
            if without_role:
                del user["role"], user["roles"]
            self._emit_directory_user("updated", user, at_ms, _previous(before, user))
            self._pass_on(before, user)
        return _shown(user)

    @locked
    def deprovision_directory_user(self, directory_user_id: str) -> None:
        """Take a person out of the directory, as the environment does it.

        With ``deprovisioning="deleted"`` the person is gone (``dsync.user.deleted``, with the state
        before) and gets another id on return; with ``"inactive"`` only the state changes
        (``dsync.user.updated``). Raises ApiError 404.
        """
        if self.deprovisioning == "deleted":
            self.delete_directory_user(directory_user_id)
        else:
            self.update_directory_user(directory_user_id, state="inactive")

    @locked
    def delete_directory_user(self, directory_user_id: str) -> None:
        """Delete a person and emit ``dsync.user.deleted``; no ``user_removed`` of the groups.

        Raises ApiError 404.
        """
        user = self._row(self._directory_users, _NOUN, directory_user_id)
        self._directory_members.drop_member(directory_user_id)
        self._emit_directory_user("deleted", user)
        self._deprovision(user)
        self._release(directory_user_id)
        del self._directory_users[directory_user_id]

    def _user_values(
        self, organization_id: str, user: JsonObject, changes: DirectoryUserChanges
    ) -> JsonObject:
        """Return the checked fields that ``changes`` make of a person, those that follow too."""
        values: JsonObject = copied(dict(changes))
        role_slug = values.pop("role_slug", None)
        if role_slug is not None:
            values.update(role_fields(self._asked_roles(organization_id, role_slug, None) or []))
        if values.get("state", "active") not in get_args(DirectoryUserState):
            raise invalid("state", f"must be one of {', '.join(get_args(DirectoryUserState))}")
        whole = _EMPTY | user | values
        if whole["email"] is not None:
            address_of(whole["email"])
        names = [whole["first_name"], whole["last_name"]]
        values["name"] = " ".join(name for name in names if name) or None
        values["emails"] = _emails(whole["email"])
        return values

    def _pass_on(self, before: JsonObject, user: JsonObject) -> None:
        """Let Directory Provisioning follow a change."""
        if user["state"] != "active":
            if before["state"] == "active":
                self._deprovision(user)
        elif before["state"] == "active":
            self._reprovision(user)
        else:
            self._provision(user)

    def _emit_directory_user(
        self,
        what: Literal["created", "updated", "deleted"],
        user: JsonObject,
        at_ms: int | None = None,
        previous: JsonObject | None = None,
    ) -> None:
        data = user if previous is None else {**user, "previous_attributes": previous}
        organization_id = user["organization_id"]
        self._emit(f"dsync.user.{what}", data, organization_id=organization_id, at_ms=at_ms)


def _shown(user: JsonObject) -> JsonObject:
    """Return the REST form, whose deprecated ``groups`` are empty for newer teams."""
    return {**copied(user), "groups": []}


def _emails(email: str | None) -> list[JsonObject]:
    return [] if email is None else [{"primary": True, "type": "work", "value": email}]


def _previous(before: JsonObject, now: JsonObject) -> JsonObject:
    """Return what changed, with the old values; what is new was null.

    It is shallow, but for the custom attributes, of which each counts for itself.
    """
    changed = _changed(before, now)
    changed.pop("updated_at", None)  # the same in a tie
    if "custom_attributes" in changed:
        changed["custom_attributes"] = _changed(
            before["custom_attributes"], now["custom_attributes"]
        )
    return changed


def _changed(before: JsonObject, now: JsonObject) -> dict[str, Any]:
    names = [*before, *(name for name in now if name not in before)]
    return {name: before.get(name) for name in names if before.get(name) != now.get(name)}
