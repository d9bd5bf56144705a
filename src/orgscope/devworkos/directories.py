"""Directories: an organization's connection to its identity provider.

REST and the events name some states of a directory differently; stored is the word of REST.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import invalid
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.provisioning import Provisioning
from orgscope.devworkos.state import locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["DIRECTORY_TYPES", "Directories", "DirectoryState"]

DirectoryState = Literal["linked", "validating", "invalid_credentials", "unlinked", "deleting"]

# fmt: off
DIRECTORY_TYPES: Final = (
    "azure scim v2.0", "bamboohr", "breathe hr", "cezanne hr", "cyberark scim v2.0", "fourth hr",
    "generic scim v2.0", "gsuite directory", "gusto", "hibob", "jump cloud scim v2.0",
    "okta scim v2.0", "onelogin scim v2.0", "people hr", "personio", "pingfederate scim v2.0",
    "rippling scim v2.0", "rippling", "sailpoint scim v2.0", "s3", "sftp", "sftp workday",
    "workday",
)
# fmt: on
"""What a directory may be."""

_STATE_IN_EVENTS: Final = {"linked": "active", "unlinked": "inactive"}


class Directories(Provisioning):
    """The directories of the environment."""

    @property
    @locked
    def directories(self) -> list[JsonObject]:
        """Every directory with its counts, oldest first."""
        return [self._show_directory(row) for row in self._directories.rows]

    @locked
    def create_directory(
        self,
        organization_id: str,
        name: str,
        *,
        type: str = "okta scim v2.0",  # noqa: A002 - the word of the API
        state: DirectoryState = "linked",
    ) -> JsonObject:
        """Connect an organization to a directory; a ``linked`` one emits ``dsync.activated``.

        Raises ApiError: 404 for the organization, 422 for the name, the type or the state.
        """
        self._row(self._organizations, "Organization", organization_id)
        if not name.strip():
            raise invalid("name", "must not be empty")
        if type not in DIRECTORY_TYPES:
            raise invalid("type", "must be a type of directory")
        _check_state(state)
        at_ms = self._tick()
        directory: JsonObject = {
            "object": "directory",
            "id": self.ids.new("directory", at_ms),
            "organization_id": organization_id,
            "external_key": f"{self.ids.random.getrandbits(64):016x}",
            "type": type,
            "state": state,
            "name": name,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._directories[directory["id"]] = directory
        self._announce(directory, at_ms)
        return self._show_directory(directory)

    @locked
    def get_directory(self, directory_id: str) -> JsonObject:
        """Return a directory with its counts. Raises ApiError 404."""
        return self._show_directory(self._row(self._directories, "Directory", directory_id))

    @locked
    def list_directories(
        self,
        page: Page = FIRST_PAGE,
        *,
        organization_id: str | None = None,
        search: str | None = None,
    ) -> JsonObject:
        """Return a page of the directories of an organization with a matching name."""
        rows = self._directories.rows
        if organization_id is not None:
            rows = self._directories.having("organization_id", organization_id)

        def fits(directory: JsonObject) -> bool:
            return search is None or search.lower() in directory["name"].lower()

        return paged(rows, page, show=self._show_directory, fits=fits)

    @locked
    def set_directory_state(self, directory_id: str, state: DirectoryState) -> JsonObject:
        """Change the state of a directory; ``linked`` emits ``dsync.activated``, no other does.

        Raises ApiError: 404, 422 for the state.
        """
        directory = self._row(self._directories, "Directory", directory_id)
        _check_state(state)
        if directory["state"] != state:
            at_ms = self._tick(directory)
            directory.update(state=state, updated_at=iso(at_ms))
            self._announce(directory, at_ms)
        return self._show_directory(directory)

    @locked
    def delete_directory(self, directory_id: str) -> None:
        """Delete a directory with its users and groups, and emit ``dsync.deleted`` and no other.

        What Directory Provisioning made of its users stays as it is. Raises ApiError 404.
        """
        self._drop_directory(self._row(self._directories, "Directory", directory_id), quietly=False)

    @locked
    def directory_id_of(self, identifier: str) -> str | None:
        """Return the directory that an id names, or in which its user or group is, or None."""
        if identifier in self._directories:
            return identifier
        row = self._directory_users.get(identifier) or self._directory_groups.get(identifier)
        return None if row is None else str(row["directory_id"])

    def _drop_children(self, organization_id: str, *, quietly: bool) -> None:
        for directory in list(self._directories.having("organization_id", organization_id)):
            self._drop_directory(directory, quietly=quietly)
        super()._drop_children(organization_id, quietly=quietly)

    def _drop_directory(self, directory: JsonObject, *, quietly: bool) -> None:
        for user in list(self._directory_users.having("directory_id", directory["id"])):
            self._release(user["id"])
            self._directory_members.drop_member(user["id"])
            del self._directory_users[user["id"]]
        for group in list(self._directory_groups.having("directory_id", directory["id"])):
            self._directory_members.drop_group(group["id"])
            del self._directory_groups[group["id"]]
        del self._directories[directory["id"]]
        if not quietly:
            data = _event_data(directory)
            del data["external_key"]
            self._emit("dsync.deleted", data, organization_id=directory["organization_id"])

    def _announce(self, directory: JsonObject, at_ms: int) -> None:
        """Emit ``dsync.activated`` of a directory that is now linked."""
        if directory["state"] != "linked":
            return
        domains = [
            {"object": "organization_domain", "id": domain["id"], "domain": domain["domain"]}
            for domain in self._domains.having("organization_id", directory["organization_id"])
        ]
        data = _event_data(directory) | {"domains": domains}
        organization_id = directory["organization_id"]
        self._emit("dsync.activated", data, organization_id=organization_id, at_ms=at_ms)

    def _show_directory(self, directory: JsonObject) -> JsonObject:
        """Return the REST form, with the organization's first domain, if any, and the counts."""
        users = self._directory_users.having("directory_id", directory["id"])
        active = sum(user["state"] == "active" for user in users)
        groups = len(self._directory_groups.having("directory_id", directory["id"]))
        shown = copied(directory)
        for domain in self._domains.having("organization_id", directory["organization_id"]):
            shown.setdefault("domain", domain["domain"])
        counts = {"active": active, "inactive": len(users) - active}
        return shown | {"metadata": {"users": counts, "groups": groups}}


def _event_data(directory: JsonObject) -> JsonObject:
    """Return the form of events, whose words for the state are others."""
    state = directory["state"]
    return copied(directory) | {"state": _STATE_IN_EVENTS.get(state, state)}


def _check_state(state: str) -> None:
    if state not in get_args(DirectoryState):
        raise invalid("state", f"must be one of {', '.join(get_args(DirectoryState))}")
