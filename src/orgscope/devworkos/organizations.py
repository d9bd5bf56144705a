"""Organizations: the tenants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypedDict, Unpack

from orgscope.devworkos.clock import iso
from orgscope.devworkos.domains import DomainData, Domains
from orgscope.devworkos.errors import invalid, not_found
from orgscope.devworkos.fields import check_external_id, merged_metadata
from orgscope.devworkos.memberships import Memberships
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import differs, locked
from orgscope.devworkos.table import Rows
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["OrganizationChanges", "Organizations"]


class OrganizationChanges(TypedDict, total=False):
    """What ``update_organization`` can change; what is left out stays."""

    name: str
    external_id: str | None
    metadata: dict[str, str | None] | None
    stripe_customer_id: str
    allow_profiles_outside_organization: bool
    domain_data: Sequence[DomainData]


class Organizations(Memberships, Domains):
    """The organizations of the environment."""

    @property
    @locked
    def organizations(self) -> list[JsonObject]:
        """Every organization with its domains, oldest first."""
        return [
            self._show_organization(self._organizations[key]) for key in sorted(self._organizations)
        ]

    @locked
    def create_organization(
        self,
        name: str,
        *,
        domain_data: Sequence[DomainData] = (),
        external_id: str | None = None,
        metadata: dict[str, str | None] | None = None,
        allow_profiles_outside_organization: bool = False,
    ) -> JsonObject:
        """Create an organization, emit ``organization.created``, then its domains' events.

        The name need not be unique. Raises ApiError: 400 ``external_id_already_used`` or
        ``invalid_metadata``, 409 for a domain of another organization, 422.
        """
        if not name.strip():
            raise invalid("name", "must not be empty")
        check_external_id(external_id, self._organizations)
        pairs = merged_metadata({}, metadata)
        wanted = self._checked(domain_data)
        at_ms = self._tick()
        organization: JsonObject = {
            "object": "organization",
            "id": self.ids.new("org", at_ms),
            "name": name,
            "external_id": external_id,
            "metadata": pairs,
            "allow_profiles_outside_organization": allow_profiles_outside_organization,
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        organization_id = organization["id"]
        self._organizations[organization_id] = organization
        domains = [self._new_domain(organization_id, item, at_ms) for item in wanted]
        self._emit_organization("created", organization, at_ms)
        for domain in domains:
            self._emit_domain("created", domain)
        return self._show_organization(organization)

    @locked
    def get_organization(self, organization_id: str) -> JsonObject:
        """Return an organization with its domains. Raises ApiError 404."""
        row = self._row(self._organizations, "Organization", organization_id)
        return self._show_organization(row)

    @locked
    def get_organization_by_external_id(self, external_id: str) -> JsonObject:
        """Return the organization with that external id. Raises ApiError 404."""
        for organization in self._organizations.values():
            if organization["external_id"] == external_id:
                return self._show_organization(organization)
        raise not_found("Organization", external_id)

    @locked
    def list_organizations(
        self,
        page: Page = FIRST_PAGE,
        *,
        domains: Collection[str] | None = None,
        search: str | None = None,
    ) -> JsonObject:
        """Return a page of the organizations with one of the domains and a matching name."""
        owners = {
            domain["organization_id"]
            for name in domains or ()
            for domain in self._domains.having("domain", name)
        }

        def fits(organization: JsonObject) -> bool:
            return search is None or search.lower() in organization["name"].lower()

        rows = self._organizations.rows if domains is None else Rows(self._organizations, owners)
        return paged(rows, page, show=self._show_organization, fits=fits)

    @locked
    def update_organization(
        self, organization_id: str, **changes: Unpack[OrganizationChanges]
    ) -> JsonObject:
        """Change an organization and emit ``organization.updated``; without a difference nothing.

        ``metadata`` is merged. ``domain_data`` replaces the list of domains: missing ones are
        deleted, new ones created, each with its event, before the organization's own.

        Raises ApiError: 404, and what ``create_organization`` raises.
        """
        organization = self._row(self._organizations, "Organization", organization_id)
        values: JsonObject = dict(changes)
        domain_data = values.pop("domain_data", None)
        if not values.get("name", "x").strip():
            raise invalid("name", "must not be empty")
        check_external_id(changes.get("external_id"), self._organizations, organization_id)
        if "metadata" in changes:
            values["metadata"] = merged_metadata(organization["metadata"], changes["metadata"])
        replaced = domain_data is not None and self._replace_domains(
            organization_id, self._checked(domain_data, organization_id)
        )
        if replaced or differs(organization, values):
            at_ms = self._tick(organization)
            organization.update(values, updated_at=iso(at_ms))
            self._emit_organization("updated", organization, at_ms)
        return self._show_organization(organization)

    @locked
    def delete_organization(self, organization_id: str) -> None:
        """Delete an organization with its domains and memberships; emit ``organization.deleted``.

        With ``cascade_events`` the children's events come first; without, they just vanish.
        Sessions stay, and get no further token for it. Raises ApiError 404.
        """
        organization = self._row(self._organizations, "Organization", organization_id)
        snapshot = self._event_data(organization)
        quietly = not self.cascade_events
        for domain in self._domains_of(organization_id):
            self._drop_domain(domain, quietly=quietly)
        for membership in list(self._memberships.having("organization_id", organization_id)):
            self._drop_membership(membership, quietly=quietly)
        self._drop_children(organization_id, quietly=quietly)
        del self._organizations[organization_id]
        self._emit("organization.deleted", snapshot, organization_id=organization_id)

    def _replace_domains(self, organization_id: str, wanted: Sequence[DomainData]) -> bool:
        """Make the organization's domains those wanted; tell whether anything changed."""
        names = {item["domain"] for item in wanted}
        current = {domain["domain"]: domain for domain in self._domains_of(organization_id)}
        gone = [domain for name, domain in current.items() if name not in names]
        new = [item for item in wanted if item["domain"] not in current]
        for domain in gone:
            self._drop_domain(domain, quietly=False)
        if new:
            self._add_domains(organization_id, new, self._tick())
        verified = [
            current[item["domain"]]
            for item in wanted
            if item["state"] == "verified"
            and current.get(item["domain"], item)["state"] != "verified"
        ]
        for domain in verified:
            self.verify_domain(domain["id"])
        return bool(gone or new or verified)

    def _domains_of(self, organization_id: str) -> list[JsonObject]:
        return list(self._domains.having("organization_id", organization_id))

    def _show_organization(self, organization: JsonObject) -> JsonObject:
        """Return the REST form, with the domains."""
        return {
            **copied(organization),
            "domains": copied(self._domains_of(organization["id"])),
        }

    def _event_data(self, organization: JsonObject) -> JsonObject:
        """Return the form of events, which is leaner than that of REST."""
        data = self._show_organization(organization)
        del data["allow_profiles_outside_organization"]
        return data

    def _emit_organization(self, what: str, organization: JsonObject, at_ms: int) -> None:
        self._emit(
            f"organization.{what}",
            self._event_data(organization),
            organization_id=organization["id"],
            at_ms=at_ms,
        )
