"""Invitations: to an organization, or to the environment. They expire by time, without an event."""

from __future__ import annotations

from typing import Final, Literal

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, not_found
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import locked
from orgscope.devworkos.table import Rows
from orgscope.devworkos.users import Users, address_of
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["Invitations"]

_NOUN: Final = "Invitation"
_DAY_MS: Final = 24 * 3600 * 1000
_MAX_DAYS: Final = 30
_ACCEPT_URL: Final = "https://your-app.example/invite?invitation_token="
_SECRETS: Final = ("token", "accept_invitation_url")


class Invitations(Users):
    """The invitations of the environment."""

    @property
    @locked
    def invitations(self) -> list[JsonObject]:
        """Every invitation, oldest first, in the form of REST: with its secret ``token``."""
        return [self._show_invitation(row) for row in self._invitations.rows]

    @locked
    def create_invitation(
        self,
        email: str,
        *,
        organization_id: str | None = None,
        role_slug: str | None = None,
        expires_in_days: int = 7,
        inviter_user_id: str | None = None,
    ) -> JsonObject:
        """Invite an address and emit ``invitation.created``.

        A user who has the address and was never a member gets a pending membership with it.

        Raises ApiError: 404 for the organization or the inviter; 400 ``email_already_invited``,
        ``email_already_invited_to_organization``, ``user_already_exists``,
        ``user_already_organization_member``, ``invalid_role``, ``expires_in_days_too_short`` or
        ``expires_in_days_too_long``; 422 for what is no e-mail.
        """
        address = address_of(email)
        if organization_id is not None:
            self._row(self._organizations, "Organization", organization_id)
        if inviter_user_id is not None:
            self._row(self._users, "User", inviter_user_id)
        self._check_lifetime(expires_in_days)
        self._check_role(organization_id, role_slug)
        self._check_invitee(address, organization_id)
        at_ms = self._tick()
        token = f"{self.ids.random.getrandbits(128):032x}"
        invitation: JsonObject = {
            "object": "invitation",
            "id": self.ids.new("invitation", at_ms),
            "email": address,
            "state": "pending",
            "accepted_at": None,
            "revoked_at": None,
            "expires_at": iso(at_ms + expires_in_days * _DAY_MS),
            "organization_id": organization_id,
            "inviter_user_id": inviter_user_id,
            "accepted_user_id": None,
            "role_slug": None if organization_id is None else role_slug or self.default_role,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
            "token": token,
            "accept_invitation_url": f"{_ACCEPT_URL}{token}",
        }
        self._invitations[invitation["id"]] = invitation
        self._emit_invitation("created", invitation, at_ms)
        user_id = self._user_id_by_email.get(address)
        if user_id and organization_id and not self._membership_of(user_id, organization_id):
            self.create_membership(user_id, organization_id, role_slug=role_slug, status="pending")
        return copied(invitation)

    @locked
    def get_invitation(self, invitation_id: str) -> JsonObject:
        """Return an invitation. Raises ApiError 404."""
        return self._show_invitation(self._row(self._invitations, _NOUN, invitation_id))

    @locked
    def get_invitation_by_token(self, token: str) -> JsonObject:
        """Return the invitation with that secret. Raises ApiError 404."""
        for invitation in self._invitations.values():
            if invitation["token"] == token:
                return self._show_invitation(invitation)
        raise ApiError.of(404, "entity_not_found", "No invitation has this token.")

    @locked
    def list_invitations(
        self,
        page: Page = FIRST_PAGE,
        *,
        email: str | None = None,
        organization_id: str | None = None,
    ) -> JsonObject:
        """Return a page of the invitations of every state that fit the filters."""
        rows: Rows = self._invitations.rows
        if organization_id is not None:
            rows = self._invitations.having("organization_id", organization_id)
        address = None if email is None else email.strip().lower()

        def fits(invitation: JsonObject) -> bool:
            return address in (None, invitation["email"])

        return paged(rows, page, show=self._show_invitation, fits=fits)

    @locked
    def accept_invitation(self, invitation_id: str, *, user_id: str | None = None) -> JsonObject:
        """Accept a pending invitation and emit ``invitation.accepted``.

        The pending membership becomes active first, or one is made with the role. ``user_id`` is
        who accepts, by default who has the invited address; nobody has it: the user is created, as
        by a sign-up.

        Raises ApiError: 404, 400 ``invite_accepted``, ``invite_revoked`` or ``invite_expired``.
        """
        invitation = self._pending_invitation(invitation_id)
        if user_id is None:
            user_id = self._user_id_by_email.get(invitation["email"])
        if user_id is None:
            user_id = self.create_user(invitation["email"], email_verified=True)["id"]
        self._row(self._users, "User", user_id)
        if invitation["organization_id"] is not None:
            self._join(user_id, invitation)
        at_ms = self._tick(invitation)
        invitation.update(
            state="accepted",
            accepted_at=iso(at_ms),
            accepted_user_id=user_id,
            updated_at=iso(at_ms),
        )
        self._emit_invitation("accepted", invitation, at_ms)
        return copied(invitation)

    @locked
    def revoke_invitation(self, invitation_id: str) -> JsonObject:
        """Withdraw a pending invitation: emit ``invitation.revoked``, delete what it made pending.

        Raises ApiError as ``accept_invitation`` does.
        """
        invitation = self._pending_invitation(invitation_id)
        at_ms = self._tick(invitation)
        invitation.update(state="revoked", revoked_at=iso(at_ms), updated_at=iso(at_ms))
        self._emit_invitation("revoked", invitation, at_ms)
        user_id = self._user_id_by_email.get(invitation["email"], "")
        membership = self._membership_of(user_id, invitation["organization_id"])
        if membership is not None and membership["status"] == "pending":
            self._drop_membership(membership, quietly=False)
        return copied(invitation)

    @locked
    def resend_invitation(self, invitation_id: str) -> JsonObject:
        """Send a pending invitation again: emit ``invitation.resent``. It expires as before.

        Raises ApiError: 404, 400 ``invite_not_pending``.
        """
        invitation = self._pending_invitation(invitation_id, code="invite_not_pending")
        at_ms = self._tick(invitation)
        invitation.update(updated_at=iso(at_ms))
        self._emit_invitation("resent", invitation, at_ms)
        return copied(invitation)

    def _join(self, user_id: str, invitation: JsonObject) -> None:
        """Make the user an active member, who keeps the roles of a membership that is there."""
        organization_id = invitation["organization_id"]
        membership = self._membership_of(user_id, organization_id)
        if membership is None:
            role = self._roles.find(organization_id, invitation["role_slug"])
            slug = self.default_role if role is None else role["slug"]
            self.create_membership(user_id, organization_id, role_slug=slug)
        elif membership["status"] != "active":
            self._change_membership(membership, status="active")

    def _check_lifetime(self, days: int) -> None:
        if days < 1:
            message = "An invitation is valid for at least one day."
            raise ApiError.of(400, "expires_in_days_too_short", message)
        if days > _MAX_DAYS:
            message = f"An invitation is valid for at most {_MAX_DAYS} days."
            raise ApiError.of(400, "expires_in_days_too_long", message)

    def _check_role(self, organization_id: str | None, slug: str | None) -> None:
        if slug is None:
            return
        if organization_id is None or self._roles.find(organization_id, slug) is None:
            raise ApiError.of(400, "invalid_role", "The organization has no such role.")

    def _check_invitee(self, address: str, organization_id: str | None) -> None:
        """Refuse who is there already, and who has a pending invitation to the same."""
        user_id = self._user_id_by_email.get(address)
        if user_id is not None and organization_id is None:
            raise ApiError.of(400, "user_already_exists", "A user has this e-mail.")
        membership = self._membership_of(user_id or "", organization_id)
        if membership is not None and membership["status"] == "active":
            message = "The user is already a member of the organization."
            raise ApiError.of(400, "user_already_organization_member", message)
        for invitation in self._invitations.having("email", address):
            same = invitation["organization_id"] == organization_id
            if same and self._invitation_state(invitation) == "pending":
                code = "email_already_invited"
                if organization_id is not None:
                    code = "email_already_invited_to_organization"
                raise ApiError.of(400, code, "The e-mail has a pending invitation.")

    def _membership_of(self, user_id: str, organization_id: str | None) -> JsonObject | None:
        membership_id = self._membership_id_by_pair.get((user_id, organization_id or ""))
        return None if membership_id is None else self._memberships[membership_id]

    def _pending_invitation(self, invitation_id: str, *, code: str | None = None) -> JsonObject:
        """Return the stored invitation, or refuse what is not pending (400)."""
        invitation = self._invitations.get(invitation_id)
        if invitation is None:
            raise not_found(_NOUN, invitation_id)
        state = self._invitation_state(invitation)
        if state != "pending":
            raise ApiError.of(400, code or f"invite_{state}", f"The invitation is {state}.")
        return invitation

    def _invitation_state(self, invitation: JsonObject) -> str:
        """Return the state, which time alone makes ``expired``."""
        state = str(invitation["state"])
        expired = invitation["expires_at"] <= iso(self.now_ms())  # texts of one form, like times
        return "expired" if state == "pending" and expired else state

    def _show_invitation(self, invitation: JsonObject) -> JsonObject:
        return {**copied(invitation), "state": self._invitation_state(invitation)}

    def _drop_children(self, organization_id: str, *, quietly: bool) -> None:
        # No event tells of an invitation that is gone.
        for invitation in list(self._invitations.having("organization_id", organization_id)):
            del self._invitations[invitation["id"]]
        super()._drop_children(organization_id, quietly=quietly)

    def _emit_invitation(
        self,
        what: Literal["created", "accepted", "revoked", "resent"],
        invitation: JsonObject,
        at_ms: int,
    ) -> None:
        data = {key: value for key, value in invitation.items() if key not in _SECRETS}
        organization_id = invitation["organization_id"]
        self._emit(f"invitation.{what}", data, organization_id=organization_id, at_ms=at_ms)
