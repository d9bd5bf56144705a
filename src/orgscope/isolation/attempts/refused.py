"""Openings that must be refused, to whomever they would give a context."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from orgscope.isolation.attempts.contexts import NO_CONTEXT, REQUIRE, opening_case
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.report.outcome import Attempt
from orgscope.isolation.report.report import Case
from orgscope.isolation.world.environment import KID, RETIRED_KID, World
from orgscope.isolation.world.people import ORG_A, ORG_B, ORG_ERASED, ORG_GONE, ORG_NOWHERE, session

__all__ = ["refused_cases"]

_BEGIN: Final = "select authz.begin(%s)"
_BEGIN_SYSTEM: Final = "select authz.begin_system(%s, 'isolation', %s)"
_BEGIN_PRIVILEGED: Final = "select authz.begin_privileged(%s)"
_ACT_AS: Final = "select authz.open_privileged_context(%s, %s)"
_WHY: Final = "isolation test"
_STRANGER: Final = "https://isolation.example"
_REMEMBER: Final = """
insert into authz.verified_tokens (digest, kid, epoch, expires_at, claims)
select pg_catalog.sha256(%(token)s), %(kid)s, epoch - %(ago)s, %(exp)s, %(claims)s::jsonb
from authz.settings
"""
_FORGET: Final = "delete from authz.verified_tokens where digest = pg_catalog.sha256(%(token)s)"
_RETIRE: Final = """
update authz.seal_keys
set retired_at = pg_catalog.transaction_timestamp() - interval '1 hour' where retired_at is null
returning kid
"""
_RESTORE: Final = "update authz.seal_keys set retired_at = null where kid = any(%s)"


@dataclass(frozen=True, slots=True)
class _Token:
    """One that would be a member's, what is wrong with it, and how it is refused."""

    how: str
    text: str
    sqlstate: str
    remembered: tuple[dict[str, Any], str, int] | None = None
    """What authz would keep of it had it verified: claims, key, and how many settings ago."""


def refused_cases(clone: Clone, world: World) -> Iterator[Case]:
    """Return how openings end that must be refused; they are tried one after the other."""
    for token in _tokens(world):
        opening = (_BEGIN, token.text)
        yield _refused(clone, "api", f"token {token.how}", token.sqlstate, opening)
        if token.remembered is not None:
            kept = _remembered(clone, token.text, *token.remembered)
            who = f"remembered token {token.how}"
            yield _refused_while(kept, clone, who, token.sqlstate, opening)
    genuine = str(world.token("ben", ORG_B))
    forged = ".".join((*genuine.split(".")[:2], str(world.token("ada", ORG_A)).split(".")[2]))
    who = "token signed otherwise than when it verified"
    yield _refused_while(_verified(clone, genuine), clone, who, "WS303", (_BEGIN, forged))
    yield _of_retired_seal(clone, world)
    tokens = world.token("ada", ORG_A), world.token("ben", ORG_B)
    twice = [(_BEGIN, token) for token in tokens]
    yield _refused(clone, "api", "second token in a transaction", "WS316", *twice)
    for how, name, organization in (
        ("person", "erased", ORG_A),
        ("organization", "ada", ORG_ERASED),
    ):
        opening = (_BEGIN, str(world.token(name, organization)))
        yield _refused(clone, "api", f"token of an erased {how}", "WS315", opening)
    for how, sqlstate, before in (
        ("above read committed", "WS318", "set transaction isolation level repeatable read"),
        ("after a statement prepared by SQL", "WS319", "prepare isolation as select 1"),
    ):
        yield _refused(clone, "api", f"token {how}", sqlstate, (before,), (_BEGIN, tokens[0]))
    for how, named, reason, sqlstate in (
        ("of a deleted organization", ORG_GONE, _WHY, "WS311"),
        ("of an unknown organization", ORG_NOWHERE, _WHY, "WS311"),
        ("of an erased organization", ORG_ERASED, _WHY, "WS315"),
        ("without a reason", ORG_A, "", "WS321"),
    ):
        system = (_BEGIN_SYSTEM, named, reason)
        yield _refused(clone, "job", f"job {how}", sqlstate, system)
    for login, other in (("admin", "auditor"), ("auditor", "admin")):
        empty = (_BEGIN_PRIVILEGED, "")
        yield _refused(clone, login, f"{login} with an empty reason", "WS321", empty)
        acting = (_ACT_AS, f"{clone.settings.role_prefix}_{other}", _WHY)
        yield _refused(clone, login, f"{login} that says it is {other}", "WS321", acting)


def _tokens(world: World) -> Iterator[_Token]:
    claims = world.claims("ben", ORG_B)
    head, _, signature = world.signed(claims).split(".")
    _, altered, _ = world.signed(world.claims("ada", ORG_A)).split(".")
    yield _Token("altered", f"{head}.{altered}.{signature}", "WS303")
    other, header = generate_private_key(65537, 2048), {"kid": KID}
    signed = jwt.encode(claims, other, algorithm="RS256", headers=header)
    yield _Token("signed by somebody else", signed, "WS303")
    unsigned = jwt.encode(claims, "", algorithm="none", headers=header)
    yield _Token("not signed", unsigned, "WS303")
    retired = world.signed(claims, RETIRED_KID)
    yield _Token("of a retired key", retired, "WS306", (claims, RETIRED_KID, 0))
    exp = claims["iat"] - world.settings["leeway_s"] - 1
    ended = claims | {"iat": exp - 60, "exp": exp}
    yield _Token("ended", world.signed(ended), "WS304", (ended, KID, 0))
    for how, name in (("of another person's session", "abe"), ("of an ended session", "ended")):
        yield _Token(how, world.signed(claims | {"sid": session(name)}), "WS314")
    early = claims | {"nbf": claims["exp"]}
    yield _Token("that does not count yet", world.signed(early), "WS305")
    lasting = claims | {"exp": claims["iat"] + world.settings["max_age_s"] + 3600}
    yield _Token("that counts too long", world.signed(lasting), "WS305")
    for claim in ("iss", "client_id", "aud"):
        strange = claims | {claim: _STRANGER}
        yield _Token(f"of another {claim}", world.signed(strange), "WS305", (strange, KID, 1))


@contextmanager
def _remembered(
    clone: Clone, token: str, claims: dict[str, Any], kid: str, ago: int
) -> Iterator[None]:
    """Keep a token as if it had verified, for the length of the block."""
    kept = {"token": token.encode(), "kid": kid, "ago": ago, "exp": claims["exp"]}
    with _sealer(clone) as connection:
        connection.execute(_REMEMBER, kept | {"claims": json.dumps(claims)})
        yield
        connection.execute(_FORGET, kept)


@contextmanager
def _verified(clone: Clone, token: str) -> Iterator[None]:
    """Let a token verify, so that it is kept for the length of the block."""
    with clone.connect("api") as connection, suppress(psycopg.Error), connection.transaction():
        connection.execute(_BEGIN, (token,))  # the actors say so when it opens nothing
    yield
    with _sealer(clone) as connection:
        connection.execute(_FORGET, {"token": token.encode()})


def _of_retired_seal(clone: Clone, world: World) -> Case:
    """Open a context, retire the key that sealed it as if long before, and require the context."""
    made, retired = Attempt(), list[int]()
    with clone.connect("api") as connection, _sealer(clone) as sealer:
        connection.execute("begin")
        try:
            connection.execute(_BEGIN, (world.token("ada", ORG_A),))
            retired += [kid for (kid,) in sealer.execute(_RETIRE).fetchall()]
            connection.execute(f"select {REQUIRE}()".encode())
        except psycopg.Error as error:
            made = Attempt(error.sqlstate or type(error).__name__)
        if retired:
            sealer.execute(_RESTORE, (retired,))
        connection.execute("rollback")
    return opening_case("context of a retired seal key", "require a context", made, NO_CONTEXT)


@contextmanager
def _sealer(clone: Clone) -> Iterator[psycopg.Connection[Any]]:
    """Connect as who keeps tokens and keys: nobody else may write them."""
    with clone.connect("migrator") as connection:
        clone.become(connection, "sealer")
        connection.execute("set row_security = on")
        yield connection


def _refused_while(
    kept: AbstractContextManager[None],
    clone: Clone,
    who: str,
    sqlstate: str,
    opening: tuple[str, str],
) -> Case:
    """Run an opening while something is kept; that nothing can be kept is told in its place."""
    try:
        with kept:
            return _refused(clone, "api", who, sqlstate, opening)
    except psycopg.Error as error:
        made = Attempt(error.sqlstate or type(error).__name__)
        return opening_case(who, "open a context", made, sqlstate)


def _refused(
    clone: Clone, login: str, who: str, sqlstate: str, *openings: tuple[str | None, ...]
) -> Case:
    """Run the openings in one transaction; the last of them must fail."""
    made = Attempt()
    with clone.connect(login) as connection:
        connection.execute("begin")
        for query, *arguments in openings:
            try:
                connection.execute(str(query).encode(), arguments)
            except psycopg.Error as error:
                made = Attempt(error.sqlstate or type(error).__name__)
        connection.execute("rollback")
    return opening_case(who, "open a context", made, sqlstate)
