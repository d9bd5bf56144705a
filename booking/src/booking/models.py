"""The tables that booking's server code reads and writes; policies decide which rows those are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["Event", "Membership", "Organization", "Profile", "User"]


class Base(DeclarativeBase):
    """The base of all models."""

    type_annotation_map = {datetime: TIMESTAMP(timezone=True)}


class User(Base):
    """A person, mirrored from WorkOS; read only."""

    __tablename__ = "users"
    __table_args__ = {"schema": "workos"}

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]


class Organization(Base):
    """A practice, mirrored from WorkOS; read only."""

    __tablename__ = "organizations"
    __table_args__ = {"schema": "workos"}

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]


class Membership(Base):
    """Who belongs to which practice, mirrored from WorkOS; read only."""

    __tablename__ = "organization_memberships"
    __table_args__ = {"schema": "workos"}

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    organization_id: Mapped[str]
    status: Mapped[str]
    role_slug: Mapped[str | None]


class Profile(Base):
    """One person in one practice."""

    __tablename__ = "profiles"
    __table_args__ = {"schema": "app"}

    org_id: Mapped[str] = mapped_column(primary_key=True, server_default=FetchedValue())
    user_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    title: Mapped[str | None]
    phone: Mapped[str | None]
    timezone: Mapped[str]
    about: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]


class Event(Base):
    """What a practice offers to be booked. The database fills in whose it is."""

    __tablename__ = "events"
    __table_args__ = {"schema": "app"}

    org_id: Mapped[str] = mapped_column(primary_key=True, server_default=FetchedValue())
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    owner_id: Mapped[str] = mapped_column(server_default=FetchedValue())
    title: Mapped[str]
    duration_minutes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
