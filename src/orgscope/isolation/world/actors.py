"""Everybody who may knock on the database, and how they open their transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import psycopg

from orgscope.errors import IsolationAborted
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.world.bypass import bypassing_roles
from orgscope.isolation.world.environment import ENDS_IN_S, World
from orgscope.isolation.world.people import MEMBER, ORG_A, ORG_B, ORG_GONE, Event, person

__all__ = ["ACTORS", "PROMPT_ACTORS", "Actor", "acting", "opened"]

Opening = Literal["token", "ended", "replay", "system", "privileged", "group", "none"]

_OWNS: Final = """
select format('%%s.%%s', n.nspname, c.relname), c.relrowsecurity and not row_security_active(c.oid),
  pg_has_role(c.relowner, 'usage')
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where format('%%s.%%s', n.nspname, c.relname) = any (%s)
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor: a login, what it opens its transaction with, and who it is then.

    ``role`` is the word of the contract for what it acts as. ``organization`` and ``person`` are
    those of its context. ``refused`` is the SQLSTATE with which its opening must fail; whatever it
    tries afterwards must fail as well.
    """

    name: str
    login: str
    role: str
    opening: Opening = "none"
    subject: str = ""
    organization: str | None = None
    refused: str | None = None
    impersonator: str | None = None
    with_reason: bool = True
    row_security: bool | None = None
    slug: str | None = MEMBER
    """The role of its membership; another one than everybody's is given to it meanwhile.

    None for no role, since token and mirror differ about it.
    """
    permissions: tuple[str, ...] = ()
    elsewhere: str = MEMBER
    """The role of its membership in the other organization."""
    user: tuple[tuple[str, str], ...] = ()
    """Fields that its person has in the mirror meanwhile."""
    method: str | None = None
    """How it has signed in; another way than everybody's is said of its session meanwhile."""
    before: tuple[Event, ...] = field(default=(), compare=False)
    """What WorkOS says before it acts."""
    managed: bool = False
    """Whether a directory manages its membership meanwhile."""
    called: str = "isolation"
    """What it calls itself when it is a job."""
    claimed: tuple[str, tuple[str, ...]] | None = None
    """The role and the permissions of its token, where its membership has others."""

    @property
    def person(self) -> str | None:
        """The user id of the context, None without one."""
        in_context = self.opening == "token" and self.refused is None
        return person(self.subject) if in_context else None

    @property
    def is_owner(self) -> bool:
        """True for the actor that owns the tables."""
        return self.role == "owner"


ACTORS: Final = (
    Actor("member of A", "api", "user", "token", "ada", ORG_A),
    Actor("member of B", "api", "user", "token", "ben", ORG_B),
    Actor(
        "impersonated member of A",
        "api",
        "user",
        "token",
        "ada",
        ORG_A,
        impersonator="help@isolation.example",
    ),
    Actor("person without organization", "api", "user", "token", "nobody"),
    Actor("inactive member without organization", "api", "user", "token", "inactive"),
    Actor("removed member", "api", "api", "token", "removed", ORG_A, "WS313"),
    Actor("inactive member", "api", "api", "token", "inactive", ORG_A, "WS313"),
    Actor("pending member", "api", "api", "token", "pending", ORG_A, "WS313"),
    Actor("stranger", "api", "api", "token", "ben", ORG_A, "WS312"),
    Actor("deleted person", "api", "api", "token", "deleted", ORG_A, "WS310"),
    Actor("revoked session", "api", "api", "token", "revoked", ORG_A, "WS314"),
    Actor("member of a deleted organization", "api", "api", "token", "stranded", ORG_GONE, "WS311"),
    Actor("anonymous", "api", "api", "token", refused="WS303"),
    Actor("api login without context", "api", "api"),
    Actor("request role without context", "api", "user", "group", "user", with_reason=False),
    Actor("context of A, replayed", "api", "user", "replay", "ada", with_reason=False),
    Actor("member of A whose token has ended", "api", "user", "ended", "ada", with_reason=False),
    Actor("job of A", "job", "user", "system", organization=ORG_A),
    Actor("job login without context", "job", "job"),
    Actor("sync login", "sync", "sync"),
    Actor("keys login", "keys", "keys"),
    Actor("monitor login", "monitor", "monitor"),
    Actor("backup login", "backup", "backup"),
    Actor("administrator with reason", "admin", "admin", "privileged"),
    Actor("administrator without reason", "admin", "admin", with_reason=False),
    Actor("auditor with reason", "auditor", "auditor", "privileged"),
    Actor("auditor without reason", "auditor", "auditor", with_reason=False),
    Actor("migrator login", "migrator", "migrator", row_security=True),
    Actor("owner, as migrations run", "migrator", "owner", "group", "owner", row_security=False),
    Actor("owner with row security", "migrator", "owner", "group", "owner", row_security=True),
    Actor("definer", "migrator", "definer", "group", "definer", row_security=True),
    Actor("sealer", "migrator", "sealer", "group", "sealer", row_security=True),
)


PROMPT_ACTORS: Final = tuple(actor for actor in ACTORS if actor.opening != "ended")
"""All but the one that waits until its token has ended."""


@contextmanager
def acting(
    clone: Clone,
    connection: psycopg.Connection[Any],
    actor: Actor,
    world: World,
    contract: Contract,
) -> Iterator[str | None]:
    """Open a transaction of the actor as ``opened`` does, where it can prove something.

    Raises IsolationAborted (WS501) when the actor's role bypasses row security: nothing that it
    sees or does not see would prove anything.
    """
    with opened(clone, connection, actor, world) as sqlstate:
        _refuse_bypass(connection, actor, contract)
        yield sqlstate


@contextmanager
def opened(
    clone: Clone, connection: psycopg.Connection[Any], actor: Actor, world: World
) -> Iterator[str | None]:
    """Open a transaction of the actor on a connection of its login, and roll it back at the end.

    Yields the SQLSTATE with which the opening failed, None when it did not.
    """
    with _entitled(actor, world):
        connection.execute("begin")
        try:
            yield _open(clone, connection, actor, world)
        finally:
            connection.execute("rollback")


@contextmanager
def _entitled(actor: Actor, world: World) -> Iterator[None]:
    """Give the actor its roles, and what else is said of it, for the length of the block."""
    given = [
        (organization, str(slug))
        for organization, slug in ((actor.organization, actor.slug), (ORG_B, actor.elsewhere))
        if organization is not None and (slug not in {None, MEMBER} or actor.managed)
    ]
    world.send(actor.before)
    for organization, slug in given:
        world.give_role(actor.subject, organization, slug, managed=actor.managed)
    if actor.user or actor.method:
        world.mark(actor.subject, dict(actor.user), actor.method)
    try:
        yield
    finally:
        for organization, _ in given:
            world.give_role(actor.subject, organization, MEMBER)
        if actor.user or actor.method:
            world.mark(actor.subject, {}, None)


def _open(
    clone: Clone, connection: psycopg.Connection[Any], actor: Actor, world: World
) -> str | None:
    if actor.opening == "group":
        clone.become(connection, actor.subject)
    if actor.row_security is not None:
        connection.execute(f"set local row_security = {'on' if actor.row_security else 'off'}")
    connection.execute("savepoint opening")
    try:
        if actor.opening == "replay":
            _replay(clone, connection, actor, world)
        elif actor.opening == "ended":
            ending = world.ending_token(actor.subject, ORG_A)
            connection.execute("select authz.begin(%s)", (ending,))
            connection.execute("select pg_sleep(%s)", (ENDS_IN_S,))
        elif actor.opening == "token":
            slug, permissions = actor.claimed or (actor.slug or MEMBER, actor.permissions)
            token = world.token(
                actor.subject,
                actor.organization,
                impersonator=actor.impersonator,
                slug=slug,
                permissions=permissions,
            )
            connection.execute("select authz.begin(%s)", (token,))
        elif actor.opening == "system":
            connection.execute(
                "select authz.begin_system(%s, %s, 'isolation test')",
                (actor.organization, actor.called),
            )
        elif actor.opening == "privileged":
            connection.execute("select authz.begin_privileged('isolation test')")
    except psycopg.Error as error:
        connection.execute("rollback to savepoint opening")
        if actor.refused is None:
            raise IsolationAborted(
                f"the {actor.name} could not open its context, so nobody could show what is "
                f"allowed: {error.diag.message_primary or type(error).__name__} ({error.sqlstate})"
            ) from error
        return error.sqlstate or type(error).__name__
    return None


def _replay(clone: Clone, connection: psycopg.Connection[Any], actor: Actor, world: World) -> None:
    """Put the sealed context of one transaction into the next one of the same session."""
    connection.execute("select authz.begin(%s)", (world.token(actor.subject, ORG_A),))
    [sealed] = connection.execute("select current_setting('orgscope.context')").fetchall()
    connection.execute("rollback")
    connection.execute("begin")
    clone.become(connection, "user")
    connection.execute("select set_config('orgscope.context', %s, true)", sealed)


def _refuse_bypass(connection: psycopg.Connection[Any], actor: Actor, contract: Contract) -> None:
    for role in bypassing_roles(connection):
        raise IsolationAborted(
            f"the {actor.name} acts as {role}, which bypasses row security, so nothing that it "
            f"cannot see would prove anything. Run: alter role {role} nosuperuser nobypassrls"
        )
    if actor.is_owner:
        return
    for table, exempt, owns in connection.execute(_OWNS, (list(contract.tables),)).fetchall():
        if owns or exempt:
            raise IsolationAborted(
                f"the {actor.name} is not bound by the row security of {table}, because its role "
                "owns the table or is a member of its owner. Give the table to the owner role, and "
                "take the membership away."
            )
