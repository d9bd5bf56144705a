"""Users: people, whatever organizations they belong to."""

from __future__ import annotations

import re
from typing import Final, TypedDict, Unpack

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid, not_found
from orgscope.devworkos.fields import check_external_id, merged_metadata
from orgscope.devworkos.memberships import Memberships
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import differs, locked
from orgscope.devworkos.table import Rows
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["UserChanges", "Users", "address_of"]

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


class UserChanges(TypedDict, total=False):
    """What ``update_user`` can change; what is left out stays."""

    email: str
    first_name: str | None
    last_name: str | None
    name: str | None
    email_verified: bool
    external_id: str | None
    metadata: dict[str, str | None] | None
    locale: str | None


class Users(Memberships):
    """The users of the environment."""

    @property
    @locked
    def users(self) -> list[JsonObject]:
        """Every user, oldest first."""
        return self._shown(self._users)

    @locked
    def create_user(
        self,
        email: str,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        name: str | None = None,
        email_verified: bool = False,
        external_id: str | None = None,
        metadata: dict[str, str | None] | None = None,
        locale: str | None = None,
    ) -> JsonObject:
        """Create a user and emit ``user.created``. The e-mail is trimmed and lower-cased.

        Raises ApiError: 400 ``user_creation_error`` when a living user has the e-mail, 400
        ``external_id_already_used``, 400 ``invalid_metadata``, 422 for what is no e-mail.
        """
        address = address_of(email)
        if address in self._user_id_by_email:
            taken = {"code": "email_not_available", "message": "This email is not available."}
            raise ApiError.of(400, "user_creation_error", "Could not create user.", [taken])
        check_external_id(external_id, self._users)
        pairs = merged_metadata({}, metadata)
        at_ms = self._tick()
        user: JsonObject = {
            "object": "user",
            "id": self.ids.new("user", at_ms),
            "email": address,
            "first_name": first_name,
            "last_name": last_name,
            "name": name,
            "email_verified": email_verified,
            "profile_picture_url": None,
            "external_id": external_id,
            "metadata": pairs,
            "locale": locale,
            "last_sign_in_at": None,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._users[user["id"]] = user
        self._user_id_by_email[address] = user["id"]
        self._emit("user.created", user, at_ms=at_ms)
        return copied(user)

    @locked
    def get_user(self, user_id: str) -> JsonObject:
        """Return a user. Raises ApiError 404."""
        return copied(self._row(self._users, "User", user_id))

    @locked
    def get_user_by_external_id(self, external_id: str) -> JsonObject:
        """Return the user with that external id. Raises ApiError 404."""
        for user in self._users.values():
            if user["external_id"] == external_id:
                return copied(user)
        raise not_found("User", external_id)

    @locked
    def list_users(
        self,
        page: Page = FIRST_PAGE,
        *,
        email: str | None = None,
        organization_id: str | None = None,
    ) -> JsonObject:
        """Return a page of the users that have this e-mail and an active membership there."""
        rows = self._users.rows
        if organization_id is not None:
            memberships = self._memberships.having("organization_id", organization_id)
            rows = Rows(self._users, (m["user_id"] for m in memberships if m["status"] == "active"))
        if email is not None:
            user_id = self._user_id_by_email.get(email.strip().lower(), "")
            rows = Rows(self._users, [user_id] if user_id in rows else [])
        return paged(rows, page)

    @locked
    def update_user(self, user_id: str, **changes: Unpack[UserChanges]) -> JsonObject:
        """Change a user and emit ``user.updated``; without a difference nothing happens.

        A new e-mail is unverified unless ``email_verified`` comes with it. ``metadata`` is merged.

        Raises ApiError: 404, 400 ``email_not_available``, and what ``create_user`` raises.
        """
        user = self._row(self._users, "User", user_id)
        values: JsonObject = dict(changes)
        if "email" in changes:
            values["email"] = address_of(changes["email"])
            if values["email"] != user["email"]:
                if values["email"] in self._user_id_by_email:
                    message = "This email is not available."
                    raise ApiError.of(400, "email_not_available", message)
                values.setdefault("email_verified", False)
        check_external_id(changes.get("external_id"), self._users, user_id)
        if "metadata" in changes:
            values["metadata"] = merged_metadata(user["metadata"], changes["metadata"])
        if differs(user, values):
            at_ms = self._tick(user)
            del self._user_id_by_email[user["email"]]
            user.update(values, updated_at=iso(at_ms))
            self._user_id_by_email[user["email"]] = user_id
            self._emit("user.updated", user, at_ms=at_ms)
        return copied(user)

    @locked
    def delete_user(self, user_id: str) -> None:
        """Delete a user with sessions and memberships, and emit ``user.deleted``.

        With ``cascade_events`` the children's events come first; without, they just vanish.
        Raises ApiError 404.
        """
        user = self._row(self._users, "User", user_id)
        for session in list(self._sessions.having("user_id", user_id)):
            self._end_session(session, quietly=not self.cascade_events)
            del self._sessions[session["id"]]
        for membership in list(self._memberships.having("user_id", user_id)):
            self._drop_membership(membership, quietly=not self.cascade_events)
        del self._users[user_id], self._user_id_by_email[user["email"]]
        self._emit("user.deleted", user)


def address_of(email: str) -> str:
    """Return an e-mail address as a user has it. Raises ApiError 422 for what is none."""
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise invalid("email", "must be an e-mail address")
    return address
