"""The made-up WorkOS environment of a run: organizations, people of every standing, a signing key.

Everything reaches the clone the way it does in production: keys by ``authz.put_keys``, people and
memberships by ``sync.receive_event``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from orgscope.errors import IsolationAborted
from orgscope.isolation.clone.clone import Clone

__all__ = [
    "ENDS_IN_S",
    "GHOSTS",
    "KID",
    "LOOKALIKES",
    "MEMBER",
    "ORG_A",
    "ORG_B",
    "ORG_ERASED",
    "ORG_GONE",
    "ORG_NOWHERE",
    "PAIRS",
    "RETIRED_KID",
    "World",
    "person",
    "session",
]

_TENANT: Final = "org_0116V51S01AT10N00TENANT00"
"""The ids have the length and form of WorkOS's and differ in the last character: a condition may
not look at the beginning only."""
ORG_A: Final = f"{_TENANT}A"
ORG_B: Final = f"{_TENANT}B"
ORG_GONE: Final = f"{_TENANT}G"
ORG_NOWHERE: Final = f"{_TENANT}N"
"""The mirror does not have it."""
ORG_ERASED: Final = f"{_TENANT}E"
ORG_GHOST: Final = f"{_TENANT}H"
ORG_UNSEEN: Final = f"{_TENANT}S"
ORG_TWIN: Final = "org_01189J1S01AT10N00TENANT00A"
"""It ends like ORG_A, and has the same hashtext (found by search): it is in each of its buckets."""
LOOKALIKES: Final = (ORG_TWIN, f"{ORG_A}0", ORG_A[:-1], ORG_A.lower())
"""Organizations without members that a condition may take for ORG_A."""

_CROCKFORD: Final = str.maketrans("ILOU", "110V")
_FROM: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
_AT: Final = f"{_FROM:%Y-%m-%dT%H:%M:%S}.000Z"
KID: Final = "orgscope_isolation_test"
RETIRED_KID: Final = f"{KID}_retired"
"""Of the same key, and retired."""
_LIFETIME_S: Final = 600
MEMBER: Final = "member"
"""The role of everybody."""
ENDS_IN_S: Final = 3
"""After how many seconds a context has ended that was made to end."""


def person(name: str) -> str:
    """Return the user id of a made-up person."""
    return _id("user", name)


def session(name: str) -> str:
    """Return the id of the person's session."""
    return _id("session", name)


def _id(prefix: str, name: str) -> str:
    """Return an id of the length and characters of WorkOS's; they begin and end alike."""
    return f"{prefix}_01{name.upper().translate(_CROCKFORD):0>12}1S01AT10NTST"


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
    *("stranded", "ghost", "erased"),
)


GHOSTS: Final = (("workos.users", person("ghost")), ("workos.organizations", ORG_GHOST))
"""Tombstones beside a membership that lives, as no event leaves any: a policy must see it."""


@dataclass(frozen=True, slots=True)
class World:
    """What mints the tokens of a run."""

    settings: dict[str, Any]
    """``authz.settings`` of the clone: which issuer, client and audience it accepts."""
    key: RSAPrivateKey = field(repr=False)
    _sync: psycopg.Connection[Any] = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    @classmethod
    def create(cls, clone: Clone) -> World:
        """Add the signing key and everybody to the clone.

        Raises IsolationAborted when an event does not apply; what ``authz.put_keys`` raises.
        """
        key = generate_private_key(65537, 2048)
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"alg": "RS256", "use": "sig"}
        keys = {"keys": [jwk | {"kid": kid} for kid in (KID, RETIRED_KID)]}
        with clone.connect("keys") as connection:
            connection.execute("select authz.put_keys(%s::jsonb)", (json.dumps(keys),))
            connection.execute("select authz.retire_key(%s)", (RETIRED_KID,))
            row = connection.execute("select authz.current_settings()").fetchone()
        world = cls(row[0] if row else {}, key, clone.keep("sync"))
        world._send(_events())
        with clone.connect("admin") as connection, connection.transaction():
            connection.execute("select authz.begin_privileged('isolation test')")
            connection.execute("select sync.erase_user(%s)", (person("erased"),))
            connection.execute("select sync.erase_organization(%s)", (ORG_ERASED,))
        return world

    def token(
        self,
        name: str,
        organization: str | None,
        *,
        impersonator: str | None = None,
        slug: str = MEMBER,
        permissions: Sequence[str] = (),
    ) -> str | None:
        """Mint the access token of a person, signed in to an organization or to none.

        Nobody has none. ``impersonator`` is the address of who signed in as the person.
        """
        if not name:
            return None
        claims = self.claims(name, organization)
        if organization is not None:
            claims |= {"role": slug, "permissions": list(permissions)}
        if impersonator is not None:
            claims["act"] = {"sub": impersonator}
        return self.signed(claims)

    def give_role(self, name: str, organization: str, slug: str) -> None:
        """Give a member another role. Raises IsolationAborted when the event does not apply."""
        membership = _membership(name, organization, "active", slug)
        self._send([("organization_membership.updated", membership)])

    def mark(self, name: str, user: Mapping[str, str], method: str | None) -> None:
        """Give a person other fields, and its session another way to sign in; without, its own.

        Raises IsolationAborted when the event does not apply.
        """
        marked = _session(name) | ({"auth_method": method} if method else {})
        events = [("user.updated", _user(name) | dict(user)), ("session.created", marked)]
        self._send(events)

    def ending_token(self, name: str, organization: str) -> str:
        """Mint one that is accepted, and whose context ends within ``ENDS_IN_S`` seconds."""
        ends = int(time.time()) - self.settings["leeway_s"] + ENDS_IN_S - 1
        return self.signed(self.claims(name, organization) | {"iat": ends - 60, "exp": ends})

    def claims(self, name: str, organization: str | None) -> dict[str, Any]:
        """Return the claims of a token of a person, signed in to an organization or to none."""
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
            claims |= {"org_id": organization, "role": MEMBER}
        if self.settings["audiences"]:
            claims["aud"] = self.settings["audiences"][0]
        return claims

    def signed(self, claims: dict[str, Any], kid: str = KID) -> str:
        """Return a token of these claims, signed with the key that the database has as ``kid``."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": kid})

    def _send(self, events: Iterable[tuple[str, dict[str, Any]]]) -> None:
        for type_, data in events:
            number = next(self._numbers)
            # Whatever comes later is newer.
            at = f"{_FROM + timedelta(milliseconds=number):%Y-%m-%dT%H:%M:%S.%f}Z"
            event = {
                "object": "event",
                "id": _id("event", f"{number:06d}"),
                "event": type_,
                "created_at": at,
                "data": {"created_at": _AT, "updated_at": at, **data},
            }
            body = (json.dumps(event),)
            row = self._sync.execute("select sync.receive_event(%s)", body).fetchone()
            if row is None or row[0] != "applied":
                raise IsolationAborted(
                    f"the event {type_} of the made-up environment was answered "
                    f"'{row[0] if row else None}' and not 'applied', so nobody can act. Look for "
                    "the trigger or function that stopped it."
                )


def _events() -> list[tuple[str, dict[str, Any]]]:
    organizations = [
        ("organization.created", {"object": "organization", "id": id_, "name": id_})
        for id_ in (ORG_GHOST, ORG_ERASED, *LOOKALIKES, ORG_A, ORG_B, ORG_GONE)
    ]
    people = [("user.created", _user(name)) for name in _PEOPLE]
    memberships = [("organization_membership.created", _membership(*one)) for one in _MEMBERSHIPS]
    sessions = [("session.created", _session(name)) for name in _PEOPLE]
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


def _session(name: str) -> dict[str, Any]:
    return {
        "object": "session",
        "id": session(name),
        "user_id": person(name),
        "organization_id": None,
        "auth_method": "password",
        "status": "revoked" if name == "revoked" else "active",
    }


def _membership(name: str, organization: str, status: str, slug: str = MEMBER) -> dict[str, Any]:
    return {
        "object": "organization_membership",
        "id": _id("om", name + organization[-1]),
        "user_id": person(name),
        "organization_id": organization,
        "status": status,
        "role": {"slug": slug},
        "roles": [{"slug": slug}],
        "directory_managed": False,
    }
