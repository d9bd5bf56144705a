"""The made-up WorkOS environment of a run: organizations, people of every standing, a signing key.

Everything reaches the clone the way it does in production: keys by ``authz.put_keys``, people and
memberships by ``sync.receive_event``.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from orgscope.errors import IsolationAborted
from orgscope.isolation.clone import Clone

__all__ = [
    "ENDS_IN_S",
    "GHOSTS",
    "ORG_A",
    "ORG_B",
    "ORG_GONE",
    "PAIRS",
    "World",
    "person",
    "session",
]

ORG_A: Final = "org_01ISOLATIONA"
ORG_B: Final = "org_01ISOLATIONAB"
"""It begins with the id of the other one: a condition may not look at the beginning only."""
ORG_GONE: Final = "org_01ISOLATIONGONE"
ORG_GHOST: Final = "org_01ISOLATIONGHOST"
ORG_UNSEEN: Final = "org_01ISOLATIONUNSEEN"

_AT: Final = "2026-01-15T12:00:00.000Z"
_KID: Final = "orgscope_isolation_test"
_LIFETIME_S: Final = 600
ENDS_IN_S: Final = 3
"""After how many seconds a context has ended that was made to end."""


def person(name: str) -> str:
    """Return the user id of a made-up person."""
    return f"user_01ISOLATION{name.upper()}"


def session(name: str) -> str:
    """Return the id of the person's session."""
    return f"session_01ISOLATION{name.upper()}"


PAIRS: Final = (
    (ORG_A, person("ada")),
    (ORG_A, person("abe")),
    (ORG_B, person("ada")),
    (ORG_B, person("ben")),
)
"""Every tenant table gets a row for each. Ada works in both organizations: a row of hers in B must
not be seen in A although it is hers."""

_MEMBERSHIPS: Final = (
    ("ada", ORG_A, "active"),
    ("abe", ORG_A, "active"),
    ("ada", ORG_B, "active"),
    ("ben", ORG_B, "active"),
    ("removed", ORG_A, "active"),
    ("inactive", ORG_A, "inactive"),
    ("pending", ORG_A, "pending"),
    ("revoked", ORG_A, "active"),
    ("deleted", ORG_A, "active"),
    ("stranded", ORG_GONE, "active"),
    ("stub", ORG_A, "active"),
    ("ghost", ORG_A, "active"),
    ("ada", ORG_GHOST, "active"),
    ("ada", ORG_UNSEEN, "active"),
)
"""``stub`` and ``ORG_UNSEEN`` are known by a membership only."""
_PEOPLE: Final = (
    *("ada", "abe", "ben", "nobody", "removed", "inactive", "pending", "revoked", "deleted"),
    *("stranded", "ghost"),
)


GHOSTS: Final = (("workos.users", person("ghost")), ("workos.organizations", ORG_GHOST))
"""Tombstones beside a membership that lives, as no event leaves any: a policy must see it."""


@dataclass(frozen=True, slots=True)
class World:
    """What mints the tokens of a run."""

    settings: dict[str, Any]
    """``authz.settings`` of the clone: which issuer, client and audience it accepts."""
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def create(cls, clone: Clone) -> World:
        """Add the signing key and everybody to the clone.

        Raises IsolationAborted when an event does not apply; what ``authz.put_keys`` raises.
        """
        key = generate_private_key(65537, 2048)
        jwk = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": _KID}
        jwk |= {"alg": "RS256", "use": "sig"}
        with clone.connect("keys") as connection:
            connection.execute("select authz.put_keys(%s::jsonb)", (json.dumps({"keys": [jwk]}),))
            row = connection.execute("select authz.current_settings()").fetchone()
        world = cls(row[0] if row else {}, key)
        world._mirror(clone)
        return world

    def token(
        self, name: str, organization: str | None, impersonator: str | None = None
    ) -> str | None:
        """Mint the access token of a person, signed in to an organization or to none.

        Nobody has none. ``impersonator`` is who signed in as the person.
        """
        if not name:
            return None
        claims = self._claims(name, organization)
        if impersonator is not None:
            claims["act"] = {"sub": f"{impersonator}@isolation.example"}
        return self._signed(claims)

    def ending_token(self, name: str, organization: str) -> str:
        """Mint one that is accepted, and whose context ends within ``ENDS_IN_S`` seconds."""
        ends = int(time.time()) - self.settings["leeway_s"] + ENDS_IN_S - 1
        return self._signed(self._claims(name, organization) | {"iat": ends - 60, "exp": ends})

    def _claims(self, name: str, organization: str | None) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.settings["issuers"][0],
            "sub": person(name),
            "sid": session(name),
            "iat": now,
            "exp": now + min(_LIFETIME_S, self.settings["max_age_s"]),
            "client_id": self.settings["client_id"],
        }
        if organization is not None:
            claims |= {"org_id": organization, "role": "member"}
        if self.settings["audiences"]:
            claims["aud"] = self.settings["audiences"][0]
        return claims

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": _KID})

    def _mirror(self, clone: Clone) -> None:
        with clone.connect("sync") as connection:
            for number, (type_, data) in enumerate(_events()):
                body = json.dumps(
                    {
                        "object": "event",
                        "id": f"event_01ISOLATION{number:04d}",
                        "event": type_,
                        "created_at": _AT,
                        "data": {"created_at": _AT, "updated_at": _AT, **data},
                    }
                )
                row = connection.execute("select sync.receive_event(%s)", (body,)).fetchone()
                if row is None or row[0] != "applied":
                    raise IsolationAborted(
                        f"the event {type_} of the made-up environment was answered "
                        f"'{row[0] if row else None}' and not 'applied', so nobody can act. Look "
                        " for the trigger or function that stopped it."
                    )


def _events() -> list[tuple[str, dict[str, Any]]]:
    organizations = [
        ("organization.created", {"object": "organization", "id": id_, "name": id_})
        for id_ in (ORG_GHOST, ORG_A, ORG_B, ORG_GONE)
    ]
    people = [("user.created", _user(name)) for name in _PEOPLE]
    memberships = [("organization_membership.created", _membership(*one)) for one in _MEMBERSHIPS]
    sessions = [
        (
            "session.created",
            {
                "object": "session",
                "id": session(name),
                "user_id": person(name),
                "organization_id": None,
                "auth_method": "password",
                "status": "revoked" if name == "revoked" else "active",
            },
        )
        for name in _PEOPLE
    ]
    ends = [
        ("organization_membership.deleted", _membership("removed", ORG_A, "active")),
        ("user.deleted", _user("deleted")),
        ("organization.deleted", organizations[-1][1]),
    ]
    return [*organizations, *people, *memberships, *sessions, *ends]


def _user(name: str) -> dict[str, Any]:
    return {
        "object": "user",
        "id": person(name),
        "email": f"{name}@isolation.example",
        "email_verified": True,
        "first_name": name.title(),
        "last_name": "Isolation",
        "external_id": None,
    }


def _membership(name: str, organization: str, status: str) -> dict[str, Any]:
    return {
        "object": "organization_membership",
        "id": f"om_01ISOLATION{name.upper()}{organization[-1]}",
        "user_id": person(name),
        "organization_id": organization,
        "status": status,
        "role": {"slug": "member"},
        "roles": [{"slug": "member"}],
        "directory_managed": False,
    }
