"""Organization memberships: who belongs where, with which role, and whether it counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Literal

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.sessions import Sessions
from orgscope.devworkos.state import locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["STATUSES", "Memberships", "role_fields"]

STATUSES: Final = ("active", "inactive", "pending")

_NOUN: Final = "Organization membership"


class Memberships(Sessions):
    """The organization memberships of the environment; one per user and organization."""

    @property
    @locked
    def memberships(self) -> list[JsonObject]:
        """Every membership of every status, oldest first."""
        return [self._show_membership(self._memberships[key]) for key in sorted(self._memberships)]

    @locked
    def create_membership(
        self,
        user_id: str,
        organization_id: str,
        *,
        role_slug: str | None = None,
        role_slugs: Sequence[str] | None = None,
        status: Literal["active", "pending"] = "active",
        directory_managed: bool = False,
        custom_attributes: JsonObject | None = None,
    ) -> JsonObject:
        """Create a membership and emit ``organization_membership.created``.

        An inactive membership of the two becomes active again instead (``updated``), with the roles
        given or else its own. ``status="pending"`` is what an invitation makes,
        ``directory_managed`` and ``custom_attributes`` what Directory Provisioning gives a new one.

        Raises ApiError: 404 for user or organization, 400
        ``organization_membership_already_exists`` or
        ``cannot_reactivate_pending_organization_membership``, 422 ``invalid_role`` or
        ``multiple_roles_not_enabled``.
        """
        self._row(self._users, "User", user_id)
        self._row(self._organizations, "Organization", organization_id)
        roles = self._asked_roles(organization_id, role_slug, role_slugs)
        existing_id = self._membership_id_by_pair.get((user_id, organization_id))
        if existing_id is not None:
            return self._readmit(self._memberships[existing_id], roles)
        at_ms = self._tick()
        membership: JsonObject = {
            "object": "organization_membership",
            "id": self.ids.new("om", at_ms),
            "user_id": user_id,
            "organization_id": organization_id,
            "status": status,
            **role_fields(roles or [self.default_role]),
            "custom_attributes": copied(custom_attributes or {}),
            "directory_managed": directory_managed,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._memberships[membership["id"]] = membership
        self._membership_id_by_pair[user_id, organization_id] = membership["id"]
        self._emit_membership("created", membership, at_ms)
        return self._show_membership(membership)

    @locked
    def get_membership(self, membership_id: str) -> JsonObject:
        """Return a membership with its user and the organization's name. Raises ApiError 404."""
        return self._show_membership(self._row(self._memberships, _NOUN, membership_id))

    @locked
    def list_memberships(
        self,
        page: Page = FIRST_PAGE,
        *,
        user_id: str | None = None,
        organization_id: str | None = None,
        statuses: Collection[str] = ("active",),
    ) -> JsonObject:
        """Return a page of the memberships of a user, an organization, or both.

        Raises ApiError: 400 when neither is given, 422 for an unknown status.
        """
        if user_id is None and organization_id is None:
            message = "At least one of user_id and organization_id must be given."
            raise ApiError.of(400, "invalid_request_parameters", message)
        if not set(statuses) <= set(STATUSES):
            raise invalid("statuses", f"each status must be one of {', '.join(STATUSES)}")
        if user_id is None:
            rows = self._memberships.having("organization_id", str(organization_id))
        else:
            rows = self._memberships.having("user_id", user_id)

        def fits(membership: JsonObject) -> bool:
            there = organization_id in (None, membership["organization_id"])
            return there and membership["status"] in statuses

        return paged(rows, page, show=self._show_membership, fits=fits)

    @locked
    def update_membership(
        self,
        membership_id: str,
        *,
        role_slug: str | None = None,
        role_slugs: Sequence[str] | None = None,
    ) -> JsonObject:
        """Give a membership other roles and emit ``updated``; without a difference nothing happens.

        Raises ApiError: 404, 422 ``invalid_role`` or ``multiple_roles_not_enabled``.
        """
        membership = self._row(self._memberships, _NOUN, membership_id)
        roles = self._asked_roles(membership["organization_id"], role_slug, role_slugs)
        if roles is not None and membership["roles"] != role_fields(roles)["roles"]:
            self._change_membership(membership, **role_fields(roles))
        return self._show_membership(membership)

    @locked
    def deactivate(self, membership_id: str) -> JsonObject:
        """Make an active membership inactive (``updated``) and revoke the user's sessions there.

        An inactive one stays as it is. Raises ApiError: 404, 400 for a pending one.
        """
        membership = self._row(self._memberships, _NOUN, membership_id)
        if membership["status"] == "pending":
            raise _pending("deactivate")
        if membership["status"] == "active":
            self._change_membership(membership, status="inactive")
            for session in self._sessions.having("user_id", membership["user_id"]):
                if session.get("organization_id") == membership["organization_id"]:
                    self._end_session(session, quietly=False)
        return self._show_membership(membership)

    @locked
    def reactivate(self, membership_id: str) -> JsonObject:
        """Make an inactive membership active again with its roles (``updated``).

        An active one stays as it is. Raises ApiError: 404, 400 for a pending one.
        """
        membership = self._row(self._memberships, _NOUN, membership_id)
        if membership["status"] == "pending":
            raise _pending("reactivate")
        if membership["status"] == "inactive":
            self._change_membership(membership, status="active")
        return self._show_membership(membership)

    @locked
    def accept(self, membership_id: str) -> JsonObject:
        """Make a pending membership active, as the acceptance of an invitation does (``updated``).

        Any other stays as it is. Raises ApiError 404.
        """
        membership = self._row(self._memberships, _NOUN, membership_id)
        if membership["status"] == "pending":
            self._change_membership(membership, status="active")
        return self._show_membership(membership)

    @locked
    def delete_membership(self, membership_id: str) -> None:
        """Delete a membership and emit ``deleted``; a later one of the two has another id.

        Raises ApiError 404.
        """
        self._drop_membership(self._row(self._memberships, _NOUN, membership_id), quietly=False)

    def _drop_membership(self, membership: JsonObject, *, quietly: bool) -> None:
        del self._memberships[membership["id"]]
        del self._membership_id_by_pair[membership["user_id"], membership["organization_id"]]
        if not quietly:
            self._emit_membership("deleted", membership)

    def _readmit(self, membership: JsonObject, roles: Sequence[str] | None) -> JsonObject:
        if membership["status"] == "pending":
            raise _pending("reactivate")
        if membership["status"] == "active":
            raise ApiError.of(
                400,
                "organization_membership_already_exists",
                "The user is already a member of the organization.",
            )
        changes = {} if roles is None else role_fields(roles)
        self._change_membership(membership, status="active", **changes)
        return self._show_membership(membership)

    def _change_membership(self, membership: JsonObject, **changes: object) -> None:
        at_ms = self._tick(membership)
        membership.update(changes, updated_at=iso(at_ms))
        self._emit_membership("updated", membership, at_ms)

    def _emit_membership(
        self,
        what: Literal["created", "updated", "deleted"],
        row: JsonObject,
        at_ms: int | None = None,
    ) -> None:
        name = f"organization_membership.{what}"
        self._emit(name, row, organization_id=row["organization_id"], at_ms=at_ms)

    def _show_membership(self, membership: JsonObject) -> JsonObject:
        """Return the REST form: events have neither the user nor the organization's name."""
        return {
            **copied(membership),
            "organization_name": self._organizations[membership["organization_id"]]["name"],
            "user": copied(self._users[membership["user_id"]]),
        }

    def _asked_roles(
        self, organization_id: str, role_slug: str | None, role_slugs: Sequence[str] | None
    ) -> list[str] | None:
        """Return the slugs asked for, highest priority first, or None when there are none."""
        if role_slug is not None and role_slugs is not None:
            raise invalid("role_slugs", "role_slug and role_slugs exclude each other")
        asked = [role_slug] if role_slug is not None else role_slugs
        if asked is None:
            return None
        if not asked:
            raise invalid("role_slugs", "a membership has at least one role")
        known = [role["slug"] for role in self._roles.of(organization_id)]
        if not set(asked) <= set(known):
            raise ApiError.of(422, "invalid_role", "The role does not exist.")
        if len(set(asked)) > 1 and not self.multiple_roles:
            message = "Multiple roles are not enabled in this environment."
            raise ApiError.of(422, "multiple_roles_not_enabled", message)
        return [slug for slug in known if slug in asked]


def role_fields(slugs: Sequence[str]) -> JsonObject:
    """Return the fields of a membership with these roles, the highest priority first."""
    roles = [{"slug": slug} for slug in slugs]
    return {"role": dict(roles[0]), "roles": roles}


def _pending(verb: Literal["deactivate", "reactivate"]) -> ApiError:
    return ApiError.of(
        400,
        f"cannot_{verb}_pending_organization_membership",
        f"A pending organization membership cannot be {verb}d.",
    )
