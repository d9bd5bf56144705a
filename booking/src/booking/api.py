"""The endpoints. Not one of them names an organization: the database knows whose request it is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from booking.models import Event, Membership, Organization, User
from orgscope.db import get_org_scoped_db, get_user_scoped_db

__all__ = ["routes"]

PAGE_SIZE = 20

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewEvent(BaseModel):
    """The body of ``POST /api/events``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Title
    duration_minutes: int = Field(ge=5, le=480)


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "owner_id": event.owner_id,
        "title": event.title,
        "duration_minutes": event.duration_minutes,
        "created_at": event.created_at.isoformat(),
    }


async def me(request: Request) -> JSONResponse:
    """Return who asks and the practices that they belong to."""
    async with get_user_scoped_db(request, readonly=True) as session:
        user = await session.get_one(User, request.user.user_id)
        rows = await session.execute(
            select(Membership, Organization)
            .join(Organization, Organization.id == Membership.organization_id)
            .where(Membership.status == "active")
            .order_by(Organization.name)
        )
        practices = [
            {"id": organization.id, "name": organization.name, "role": membership.role_slug}
            for membership, organization in rows
        ]
    return JSONResponse(
        {
            "id": user.id,
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "practices": practices,
        }
    )


async def list_events(request: Request) -> JSONResponse:
    """Return the newest event types of the practice of the token."""
    async with get_org_scoped_db(request, readonly=True) as session:
        events = await session.scalars(
            select(Event).order_by(Event.created_at.desc(), Event.id).limit(PAGE_SIZE)
        )
        body = [_event(event) for event in events]
    return JSONResponse({"events": body})


async def create_event(request: Request) -> JSONResponse:
    """Create an event type in the practice of the token, owned by who asks."""
    try:
        new = NewEvent.model_validate_json(await request.body())
    except ValidationError as error:
        fields = {
            ".".join(map(str, fault["loc"])) or "body": fault["msg"] for fault in error.errors()
        }
        raise HTTPException(
            422, "; ".join(f"{name}: {why}" for name, why in fields.items())
        ) from None
    async with get_org_scoped_db(request) as session:
        event = Event(title=new.title, duration_minutes=new.duration_minutes)
        session.add(event)
        await session.flush()
        await session.refresh(event)
        body = _event(event)
    return JSONResponse(body, 201)


routes = [
    Route("/api/me", me, methods=["GET"]),
    Route("/api/events", list_events, methods=["GET"]),
    Route("/api/events", create_event, methods=["POST"]),
]
