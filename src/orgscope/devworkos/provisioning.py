"""Directory Provisioning: what becomes of users and memberships when a directory changes.

An environment has it or not (``directory_provisioning``); without, directories touch neither.
A person whose e-mail domain is verified for the organization is *domain-managed*; any other is a
guest, who must accept.
"""

from __future__ import annotations

from orgscope.devworkos.memberships import role_fields
from orgscope.devworkos.organizations import Organizations
from orgscope.devworkos.state import differs
from orgscope.devworkos.users import Users, address_of
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["Provisioning"]


class Provisioning(Users, Organizations):
    """The users and memberships that directories manage."""

    def _provision(self, directory_user: JsonObject) -> None:
        """Give a person of a directory a user and a membership, or the present ones back."""
        email = directory_user["email"]
        if not self.directory_provisioning or email is None or directory_user["state"] != "active":
            return
        organization_id = directory_user["organization_id"]
        domain_managed = self._is_domain_managed(directory_user)
        user_id = self._user_id_by_email.get(address_of(email))
        if user_id is None:
            names = _names(directory_user)
            user_id = self.create_user(email, **names, email_verified=domain_managed)["id"]
        membership_id = self._membership_id_by_pair.get((user_id, organization_id))
        if membership_id is None:
            membership_id = self.create_membership(
                user_id,
                organization_id,
                role_slug=self._role_of(directory_user),
                status="active" if domain_managed else "pending",
                directory_managed=True,
                custom_attributes=directory_user["custom_attributes"],
            )["id"]
        else:
            membership = self._memberships[membership_id]
            invited = membership["status"] == "pending" and not domain_managed
            status = "pending" if invited else "active"
            self._manage(directory_user, membership, status=status, directory_managed=True)
        self._managed_membership[directory_user["id"]] = membership_id
        self._managers.setdefault(membership_id, set()).add(directory_user["id"])

    def _reprovision(self, directory_user: JsonObject) -> None:
        """Pass the changed attributes of an active person on; the e-mail of the user stays.

        A membership that was deleted since is not made again.
        """
        membership_id = self._managed_membership.get(directory_user["id"])
        if membership_id is None:
            self._provision(directory_user)
            return
        membership = self._memberships.get(membership_id)
        if membership is None:
            return
        if self._is_domain_managed(directory_user):
            self.update_user(membership["user_id"], **_names(directory_user))
        self._manage(directory_user, membership)

    def _deprovision(self, directory_user: JsonObject) -> None:
        """Take the access away that the directory gave, unless another person of it still has it.

        A pending membership is deleted. An active one becomes inactive with the default role, and
        all sessions of the user end.
        """
        membership_id = self._managed_membership.get(directory_user["id"], "")
        membership = self._memberships.get(membership_id)
        others = self._managers.get(membership_id, set()) - {directory_user["id"]}
        if membership is None or any(
            self._directory_users[other]["state"] == "active" for other in others
        ):
            return
        if membership["status"] == "pending":
            self._drop_membership(membership, quietly=False)
            for manager in others | {directory_user["id"]}:
                self._release(manager)
        elif membership["status"] == "active":
            self._change_membership(
                membership, status="inactive", **role_fields([self.default_role])
            )
            for session in self._sessions.having("user_id", membership["user_id"]):
                self._end_session(session, quietly=False)

    def _release(self, directory_user_id: str) -> None:
        """Part a person of a directory and the membership, which stays as it is."""
        membership_id = self._managed_membership.pop(directory_user_id, None)
        if membership_id is not None:
            self._managers[membership_id].discard(directory_user_id)

    def _manage(
        self, directory_user: JsonObject, membership: JsonObject, **changes: object
    ) -> None:
        """Give a membership the attributes and the role that the directory says."""
        changes["custom_attributes"] = copied(directory_user["custom_attributes"])
        role_slug = self._role_of(directory_user)
        if role_slug is not None:
            changes.update(role_fields([role_slug]))
        if differs(membership, changes):
            self._change_membership(membership, **changes)

    def _role_of(self, directory_user: JsonObject) -> str | None:
        """Return the role that the directory gives, if there still is such a role."""
        slug = directory_user.get("role", {}).get("slug")
        if slug is None or self._roles.find(directory_user["organization_id"], slug) is None:
            return None
        return str(slug)

    def _is_domain_managed(self, directory_user: JsonObject) -> bool:
        domain = address_of(directory_user["email"] or "nobody@invalid").rpartition("@")[2]
        return any(
            row["organization_id"] == directory_user["organization_id"]
            and row["state"] in ("verified", "legacy_verified")
            for row in self._domains.having("domain", domain)
        )


def _names(directory_user: JsonObject) -> JsonObject:
    return {name: directory_user[name] for name in ("first_name", "last_name", "name")}
