"""The shape that WorkOS documents, as the SDK's models have it: which keys an object has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Final, get_type_hints

from workos.common import models
from workos.common.models import OrganizationDomain, User
from workos.organization_membership.models import OrganizationMembership
from workos.organizations.models import Organization

__all__ = ["MODELS", "event_deviations", "object_deviations"]

MODELS: Final[Mapping[str, type]] = {
    "user": User,
    "organization": Organization,
    "organization_domain": OrganizationDomain,
    "organization_membership": OrganizationMembership,
}
"""What the API returns, by family."""

_PREFIXES: Final = {
    "user": "user_",
    "organization": "org_",
    "organization_domain": "org_domain_",
    "organization_membership": "om_",
    "event": "event_",
}


def object_deviations(payload: Mapping[str, Any], model: type) -> Iterator[str]:
    """Return the names of what an object lacks, and has besides, by the model of the SDK."""
    kind = str(payload.get("object"))
    known = fields(model)
    for name in [one.name for one in known if _is_required(one) and one.name not in payload]:
        yield f"{kind}: {name} is missing"
    for name in sorted(payload.keys() - {one.name for one in known}):
        yield f"{kind}: {name} is extra"
    prefix = _PREFIXES.get(kind)
    if prefix is not None and not str(payload.get("id")).startswith(prefix):
        yield f"{kind}: id has another prefix"


def event_deviations(event: Mapping[str, Any]) -> Iterator[str]:
    """Return the names of what an event and its data lack, and have besides."""
    name = str(event.get("event"))
    model = getattr(models, _class_name(name), None)
    if model is None:
        yield f"event: {name} is no event of WorkOS"
        return
    yield from object_deviations(event, model)
    yield from object_deviations(event["data"], get_type_hints(model)["data"])


def _class_name(event: str) -> str:
    """Return the SDK's name: ``organization_domain.verified`` is ``OrganizationDomainVerified``."""
    return "".join(part.capitalize() for part in event.replace(".", "_").split("_"))


def _is_required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING
