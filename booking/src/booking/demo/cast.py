"""The people of the story, as they are in WorkOS, and how they call the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg

from orgscope.devstack import Stack

__all__ = ["Cast", "Person", "Stack"]


@dataclass(frozen=True)
class Person:
    """A member of one practice, with a live access token."""

    name: str
    user_id: str
    org_id: str
    membership_id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What the person's client sends."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Cast:
    """The stack and who plays in it."""

    stack: Stack
    ada: Person
    bob: Person

    @classmethod
    def enter(cls, stack: Stack) -> Cast:
        """Create two practices with one member each in WorkOS; webhooks carry them here."""
        return cls(stack, _member(stack, "Ada", "Analytical"), _member(stack, "Bob", "Builders"))

    def get(self, person: Person, path: str) -> httpx2.Response:
        """Call the service as a person."""
        return httpx2.get(self.stack.url + path, headers=person.headers, timeout=10)

    def post(self, person: Person, path: str, body: Any) -> httpx2.Response:
        """Call the service as a person."""
        return httpx2.post(self.stack.url + path, headers=person.headers, json=body, timeout=10)

    def titles(self, person: Person) -> list[str]:
        """Return the event types that a person sees."""
        response = self.get(person, "/api/events")
        response.raise_for_status()
        return [event["title"] for event in response.json()["events"]]

    def login(self, name: str) -> psycopg.Connection[Any]:
        """Connect past the application, as one of its logins."""
        return psycopg.connect(self.stack.settings.url(name))


def _member(stack: Stack, name: str, practice: str) -> Person:
    world = stack.world
    email = f"{name.lower()}.{len(world.users)}@example.com"  # several casts may share a world
    user = world.create_user(email, first_name=name, last_name="Example")
    organization = world.create_organization(f"{practice} Practice")
    membership = world.create_membership(user["id"], organization["id"], role_slug="member")
    token = world.mint_token(user["id"], organization["id"])
    return Person(name, user["id"], organization["id"], membership["id"], token)
