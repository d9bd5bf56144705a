"""Organization domains: nested in their organization, with events of their own.

A change of a domain leaves the organization's ``updated_at`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Literal, TypedDict

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.state import State, locked
from orgscope.devworkos.wire import JsonObject

__all__ = ["DomainData", "Domains", "FailureReason"]

FailureReason = Literal[
    "domain_verification_period_expired", "domain_verified_by_other_organization"
]


class DomainData(TypedDict):
    """A domain as it is asked for."""

    domain: str
    state: Literal["pending", "verified"]


class Domains(State):
    """The organization domains of the environment."""

    @property
    @locked
    def domains(self) -> list[JsonObject]:
        """Every organization domain, oldest first."""
        return self._shown(self._domains)

    @locked
    def create_domain(
        self,
        organization_id: str,
        domain: str,
        *,
        state: Literal["pending", "verified"] = "pending",
    ) -> JsonObject:
        """Add a domain to an organization and emit ``organization_domain.created``.

        Raises ApiError: 404 for the organization, 409 when an organization has the domain, 422.
        """
        self._row(self._organizations, "Organization", organization_id)
        wanted = self._checked([{"domain": domain, "state": state}])
        return deepcopy(self._add_domains(organization_id, wanted, self._tick())[0])

    @locked
    def get_domain(self, domain_id: str) -> JsonObject:
        """Return a domain. Raises ApiError 404."""
        return deepcopy(self._row(self._domains, "Organization domain", domain_id))

    @locked
    def verify_domain(self, domain_id: str) -> JsonObject:
        """Verify a domain and emit ``updated`` and ``verified``; a verified one stays as it is.

        Raises ApiError 404.
        """
        domain = self._row(self._domains, "Organization domain", domain_id)
        if domain["state"] != "verified":
            self._change_domain(domain, "verified")
            self._emit_domain("verified", domain)
        return deepcopy(domain)

    @locked
    def fail_domain(
        self, domain_id: str, reason: FailureReason = "domain_verification_period_expired"
    ) -> JsonObject:
        """Let a verification fail: emit ``updated`` and ``verification_failed`` with the reason.

        Raises ApiError 404.
        """
        domain = self._row(self._domains, "Organization domain", domain_id)
        self._change_domain(domain, "failed")
        self._emit(
            "organization_domain.verification_failed",
            {"reason": reason, "organization_domain": domain},
            organization_id=domain["organization_id"],
        )
        return deepcopy(domain)

    @locked
    def delete_domain(self, domain_id: str) -> None:
        """Remove a domain and emit ``organization_domain.deleted``. Raises ApiError 404."""
        self._drop_domain(self._row(self._domains, "Organization domain", domain_id), quietly=False)

    def _checked(
        self, wanted: Sequence[DomainData], organization_id: str | None = None
    ) -> list[DomainData]:
        """Refuse what is no domain (422) or stands in another organization (409)."""
        checked: list[DomainData] = []
        for item in wanted:
            domain = item["domain"].strip().lower()
            if "." not in domain or any(character in domain for character in " @/"):
                raise invalid("domain", "must be a domain name")
            owners = {row["organization_id"] for row in self._domains.having("domain", domain)}
            taken = owners - {organization_id}
            if taken or any(domain == other["domain"] for other in checked):
                raise ApiError.of(409, None, "The domain is already in use.")
            checked.append({"domain": domain, "state": item["state"]})
        return checked

    def _add_domains(
        self, organization_id: str, wanted: Sequence[DomainData], at_ms: int
    ) -> list[JsonObject]:
        """Store checked domains with the time of one write, then emit their events."""
        added = [self._new_domain(organization_id, item, at_ms) for item in wanted]
        for domain in added:
            self._emit_domain("created", domain, at_ms if domain is added[0] else None)
        return added

    def _new_domain(self, organization_id: str, item: DomainData, at_ms: int) -> JsonObject:
        domain: JsonObject = {
            "object": "organization_domain",
            "id": self.ids.new("org_domain", at_ms),
            "organization_id": organization_id,
            "domain": item["domain"],
            "state": item["state"],
            "verification_strategy": "manual" if item["state"] == "verified" else "dns",
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._domains[domain["id"]] = domain
        return domain

    def _change_domain(self, domain: JsonObject, state: str) -> None:
        at_ms = self._tick(domain)
        domain.update(state=state, updated_at=iso(at_ms))
        self._emit_domain("updated", domain, at_ms)

    def _drop_domain(self, domain: JsonObject, *, quietly: bool) -> None:
        del self._domains[domain["id"]]
        if not quietly:
            self._emit_domain("deleted", domain)

    def _emit_domain(self, what: str, domain: JsonObject, at_ms: int | None = None) -> None:
        name = f"organization_domain.{what}"
        self._emit(name, domain, organization_id=domain["organization_id"], at_ms=at_ms)
