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
from orgscope.isolation.world.people import (
    MEMBER,
    ORG_ERASED,
    Event,
    first_events,
    made_id,
    membership_object,
    named_events,
    person,
    session,
    session_object,
    user_object,
)

__all__ = ["ENDS_IN_S", "KID", "RETIRED_KID", "World"]

KID: Final = "orgscope_isolation_test"
RETIRED_KID: Final = f"{KID}_retired"
"""Of the same key, and retired."""
_LIFETIME_S: Final = 600
ENDS_IN_S: Final = 3
"""After how many seconds a context has ended that was made to end."""
_FROM: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
_AT: Final = f"{_FROM:%Y-%m-%dT%H:%M:%S}.000Z"


@dataclass(frozen=True, slots=True)
class World:
    """What mints the tokens of a run."""

    settings: dict[str, Any]
    """``authz.settings`` of the clone: which issuer, client and audience it accepts."""
    key: RSAPrivateKey = field(repr=False)
    _sync: psycopg.Connection[Any] = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    @classmethod
    def create(cls, clone: Clone, ids: Iterable[str]) -> World:
        """Add the signing key and everybody to the clone, and whose ``ids`` are named.

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
        world.send([*first_events(), *named_events(ids)])
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

    def give_role(self, name: str, organization: str, slug: str, *, managed: bool = False) -> None:
        """Give a member another role, and say whether a directory manages the membership.

        Raises IsolationAborted when the event does not apply.
        """
        membership = membership_object(name, organization, "active", slug)
        membership["directory_managed"] = managed
        self.send([("organization_membership.updated", membership)])

    def mark(self, name: str, user: Mapping[str, str], method: str | None) -> None:
        """Give a person other fields, and its session another way to sign in; without, its own.

        Raises IsolationAborted when the event does not apply.
        """
        marked = session_object(name) | ({"auth_method": method} if method else {})
        events = [("user.updated", user_object(name) | dict(user)), ("session.created", marked)]
        self.send(events)

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

    def send(self, events: Iterable[Event]) -> None:
        """Send events; each is newer than those before.

        Raises IsolationAborted when one does not apply.
        """
        for type_, data in events:
            number = next(self._numbers)
            at = f"{_FROM + timedelta(milliseconds=number):%Y-%m-%dT%H:%M:%S.%f}Z"
            event = {
                "object": "event",
                "id": made_id("event", f"{number:06d}"),
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
