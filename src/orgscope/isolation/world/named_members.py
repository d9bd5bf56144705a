"""What policies name of members: a role, a permission, or what else the mirror says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from orgscope.expressions import terms
from orgscope.isolation.world.people import ORG_B
from orgscope.isolation.world.texts import PATTERN, SLUG, numbers_of, pieces_of, strings_of
from orgscope.isolation.world.times import times

__all__ = ["NamedMembers"]

_ENTITLED: Final = re.compile(
    r"\bauthz[.](?:role|permissions|has_permission|claims|claims_or_null)\b|\brole_slugs?\b"
)
_CLAIMS: Final = frozenset(
    ("actor", "kind", "org_id", "permissions", "request", "role", "session_id", "until", "user_id")
)
"""What a context has, which names no role."""
_COUNTED: Final = re.compile(r"\b(?:cardinality|\w*array_length)\(.*permissions", re.DOTALL)
_ACTOR: Final = re.compile(r"\bclaims.*'\{?actor\b", re.DOTALL)
_FIELDS: Final = {
    name: re.compile(rf"\bworkos[.]{table}\b.*\b{name}\b", re.DOTALL)
    for table, names in (
        (
            "users",
            ("email", "first_name", "last_name", "external_id", "email_verified", "created_at"),
        ),
        ("organizations", ("name",)),
        ("sessions", ("auth_method",)),
        ("organization_memberships", ("directory_managed",)),
    )
    for name in names
}
"""What policies read of a person, an organization, a session and a membership in the mirror."""
_ROLES: Final = re.compile(r"\bworkos[.]roles\b")
_MOST: Final = 16
"""How many of each are tried."""


@dataclass(frozen=True, slots=True)
class NamedMembers:
    """The members whom policies name."""

    texts: Sequence[str]
    """The expressions of the policies, and the functions of projects behind them."""

    @property
    def slugs(self) -> list[str]:
        """What may be the name of a role or of a permission."""
        texts = [text for text in self.texts if _ENTITLED.search(text)]
        words = {
            word
            for text in strings_of(texts)
            for word in (*SLUG.findall(text), *SLUG.findall(text.lower()))
        }
        # Where a text glues something to the word, it may be whose the row is.
        glued = {f"{word}{ORG_B}" for word in words if not word[-1].isalnum()}
        return sorted((words | glued) - _CLAIMS)

    @property
    def permission_counts(self) -> list[int]:
        """How many permissions a member may have to have."""
        counted = [term for term in self._terms if _COUNTED.search(term)]
        return [int(one) for one in numbers_of(counted) if one.isdecimal() and int(one) <= _MOST]

    @property
    def impersonators(self) -> list[str]:
        """Who may have to have signed in as the member."""
        return self._addresses(_ACTOR)

    @property
    def jobs(self) -> list[str]:
        """What a job may have to call itself."""
        return self._words(_ACTOR)

    @property
    def organization_names(self) -> list[str]:
        """What the organization of a member may have to be called."""
        return self._words(_FIELDS["name"])

    @property
    def reads_roles(self) -> bool:
        """Whether it may matter which permissions a role has in the mirror."""
        return any(map(_ROLES.search, self.texts))

    @property
    def of_users(self) -> list[tuple[str, str]]:
        """Field of a person in the mirror -> a value it may have to have."""
        emails = [("email", one) for one in self._addresses(_FIELDS["email"])]
        texts = [
            (name, one)
            for name in ("first_name", "last_name", "external_id")
            for one in self._words(_FIELDS[name])
        ]
        flags = [("email_verified", "false")] if self._is_named("email_verified") else []
        since = filter(_FIELDS["created_at"].search, self._terms)
        dates = [one for one in times([*since], "timestamp with time zone") if one[0].isdigit()]
        made = [("created_at", f"{one[:10]}T{one[11:16]}:00.000Z") for one in dates]
        return [*emails, *texts, *flags, *(made if self._is_named("created_at") else ())]

    @property
    def managed(self) -> bool:
        """Whether a member may have to be managed by a directory."""
        return self._is_named("directory_managed")

    @property
    def methods(self) -> list[str]:
        """How a member may have to have signed in."""
        return self._words(_FIELDS["auth_method"])

    def _is_named(self, field: str) -> bool:
        return any(map(_FIELDS[field].search, self._terms))

    @property
    def _terms(self) -> Iterator[str]:
        return chain.from_iterable(map(terms, self.texts))

    def _words(self, of: re.Pattern[str]) -> list[str]:
        """Return the words of the strings beside something, without what they are of a pattern."""
        found = [text for text in strings_of(filter(of.search, self._terms)) if text not in _CLAIMS]
        pieces = pieces_of(text.replace("\\.", ".") for text in found)
        words = [one for one in pieces if not PATTERN.search(one) and re.search(r"\w", one)]
        return words[:_MOST]

    def _addresses(self, of: re.Pattern[str]) -> list[str]:
        """Return them as addresses of people, where they are domains or the ends of addresses."""
        words = self._words(of)
        return [
            f"a@{one.lstrip('@')}" if one[0] in "@." or "@" not in one else one for one in words
        ]
