"""Sessions: one per sign-in; access tokens name it in ``sid``."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import not_found, oauth_error
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import State, locked
from orgscope.devworkos.wire import JsonObject

__all__ = ["IMPERSONATION_LIFETIME_S", "Sessions"]

IMPERSONATION_LIFETIME_S: Final = 3600
"""WorkOS ends an impersonation session after 60 minutes."""


class Sessions(State):
    """The sessions of the environment."""

    @property
    @locked
    def sessions(self) -> list[JsonObject]:
        """Every session, oldest first, also the ended ones of users that still exist."""
        self._expire_sessions()
        return self._shown(self._sessions)

    @locked
    def start_session(
        self,
        user_id: str,
        organization_id: str | None = None,
        *,
        auth_method: str = "password",
        ip_address: str | None = None,
        user_agent: str | None = None,
        impersonator: JsonObject | None = None,
    ) -> JsonObject:
        """Sign a user in: create a session and emit ``session.created``.

        ``organization_id`` selects an organization of which the user must be an active member.
        ``impersonator`` is ``{"email": …, "reason": …}`` of the staff member who acts as the user.
        The user's ``last_sign_in_at`` is set without an event, as WorkOS does.

        Raises ApiError: 404 for the user, 400 for the organization.
        """
        user = self._row(self._users, "User", user_id)
        if organization_id is not None:
            self._active_membership(user_id, organization_id)
        lifetime_s = self.session_lifetime_s if impersonator is None else IMPERSONATION_LIFETIME_S
        at_ms = self._tick()
        session: JsonObject = {
            "object": "session",
            "id": self.ids.new("session", at_ms),
            "user_id": user_id,
            "ip_address": ip_address,
            "user_agent": user_agent,
            "auth_method": auth_method if impersonator is None else "impersonation",
            "status": "active",
            "expires_at": iso(at_ms + lifetime_s * 1000),
            "ended_at": None,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        if organization_id is not None:
            session["organization_id"] = organization_id
        if impersonator is not None:
            session["impersonator"] = deepcopy(impersonator)
        user["last_sign_in_at"] = iso(at_ms)
        self._sessions[session["id"]] = session
        self._emit("session.created", session, organization_id=organization_id, at_ms=at_ms)
        return deepcopy(session)

    @locked
    def list_sessions(
        self,
        user_id: str,
        page: Page = FIRST_PAGE,
    ) -> JsonObject:
        """Return a page of the active sessions of a user. Raises ApiError 404."""
        self._row(self._users, "User", user_id)
        self._expire_sessions()
        rows = self._sessions.having("user_id", user_id)
        return paged(rows, page, fits=lambda session: bool(session["status"] == "active"))

    @locked
    def revoke_session(self, session_id: str) -> None:
        """End a session and emit ``session.revoked``; an ended one stays as it is.

        Tokens of the session live on until their ``exp``. Raises ApiError 404.
        """
        session = self._row(self._sessions, "Session", session_id)
        self._expire_sessions()
        self._end_session(session, quietly=False)

    def _end_session(self, session: JsonObject, *, quietly: bool) -> None:
        """Revoke a session unless it has ended already; ``quietly`` emits nothing."""
        if session["status"] != "active":
            return
        at_ms = self._tick(session)
        session.update(status="revoked", ended_at=iso(at_ms), updated_at=iso(at_ms))
        if not quietly:
            organization_id = session.get("organization_id")
            self._emit("session.revoked", session, organization_id=organization_id, at_ms=at_ms)

    def _expire_sessions(self) -> None:
        """Mark what has run out; WorkOS emits nothing for it."""
        now = iso(self.now_ms())  # all times have one form, so texts compare like times
        for session in self._sessions.values():
            if session["status"] == "active" and session["expires_at"] <= now:
                session.update(status="expired", ended_at=session["expires_at"])

    def _live_session(self, session_id: str, user_id: str) -> JsonObject:
        """Return the stored session of that user, or raise when it is not active."""
        self._expire_sessions()
        session = self._sessions.get(session_id)
        if session is None or session["user_id"] != user_id:
            raise not_found("Session", session_id)
        if session["status"] != "active":
            raise oauth_error("invalid_grant", "The session has ended.")
        return session

    def _active_membership(self, user_id: str, organization_id: str) -> JsonObject:
        """Return the stored active membership, or raise: nobody signs in elsewhere."""
        if organization_id not in self._organizations:
            raise oauth_error("organization_not_found", "The organization does not exist.")
        membership_id = self._membership_id_by_pair.get((user_id, organization_id))
        membership = self._memberships[membership_id] if membership_id else None
        if membership is None or membership["status"] != "active":
            raise oauth_error(
                "organization_membership_not_found",
                "The user is not an active member of the organization.",
            )
        return membership
