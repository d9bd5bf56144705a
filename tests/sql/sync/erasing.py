"""Two people and their organization, with all that the mirror can know of them; and erasing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from tests.database import event, member, organization, session, unique, user
from tests.sql.sync import objects
from tests.sql.sync.families import FAMILIES, Object, new_world
from tests.sql.sync.mirror import EPOCH, Mirror, at

__all__ = ["ADDRESS", "NOUNS", "Stage", "dump", "erase", "naming", "privileged"]

ADDRESS: Final = "Grace@Example.com"
NOUNS: Final = {"user": "select * from sync.erase_user(%s, %s)", "organization": (
    "select * from sync.erase_organization(%s)"
)}  # fmt: skip
_TABLES: Final = """
select format('%I.%I', n.nspname, c.relname)
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('workos', 'sync', 'authz') and c.relkind = 'r' and c.relname <> 'tombstones'
order by 1
"""


def dump(mirror: Mirror) -> dict[str, list[str]]:
    """Return every row of every table as text, without what is a keyed digest."""
    return {
        table: [row for (row,) in mirror.database.rows(f"select t::text from {table} as t")]
        for (table,) in mirror.database.admin.execute(_TABLES).fetchall()
    }


def naming(mirror: Mirror, *names: str) -> list[tuple[str, str]]:
    """Return table and row of everything that has one of these texts in it, however written."""
    return [
        (table, row)
        for table, rows in dump(mirror).items()
        for row in rows
        if any(name.lower() in row.lower() for name in names)
    ]


@contextmanager
def privileged(mirror: Mirror) -> Iterator[psycopg.Connection[Any]]:
    """Open a transaction of an administrator who gave a reason, and commit it."""
    with mirror.database.connect("admin") as connection:
        connection.execute("begin")
        connection.execute("select authz.begin_privileged('ticket 4711')")
        yield connection
        connection.execute("commit")


def erase(mirror: Mirror, noun: str, *arguments: object) -> dict[tuple[str, str], int]:
    """Erase, and return how many rows of which table were treated how."""
    with privileged(mirror) as connection:
        rows = connection.execute(NOUNS[noun], arguments).fetchall()
    report = {(relation, action): number for relation, action, number in rows}
    assert len(report) == len(rows)
    return {key: number for key, number in report.items() if number}


@dataclass
class Stage:
    """A world of every family around Grace, in which Ada lives, too; with every event of it."""

    mirror: Mirror
    world: dict[str, Object] = field(default_factory=new_world)
    bodies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.grace = self.world["user"]
        self.grace["email"] = ADDRESS
        self.org_id = str(self.world["organization"]["id"])
        self.ada = user(unique("user"))
        self.ada_member = member(self.ada["id"], self.org_id)
        self.world["session"] |= {"organization_id": self.org_id}
        self.world["invitation"] |= {"accepted_user_id": self.grace["id"]}
        self.of_ada = objects.invitation(
            None, email="ada@example.com", inviter_user_id=self.grace["id"]
        )
        self.to_grace = objects.invitation(None, email=ADDRESS.lower())
        self.ada_session = session(unique("session"), self.ada["id"], organization_id=self.org_id)
        self.other = organization(
            unique("org"), metadata={"owner": self.grace["id"], "plan": "gold"}
        )

    @property
    def grace_id(self) -> str:
        return str(self.grace["id"])

    def send(self, type_: str, data: Object, **envelope: Any) -> str:
        """Deliver an event as a webhook, and keep its body."""
        body = json.dumps(event(type_, data, **envelope))
        self.bodies.append(body)
        return self.mirror.receive_body(body)

    def fill(self) -> None:
        """Bring everything in: created, changed, failed, ignored, read, compared and queued."""
        for family in FAMILIES:
            data = self.world[family.name]
            self.send(family.events["created"], data)
            self.send(family.events["updated"], {**data, "updated_at": at(10)}, created_at=at(10))
        self.send("user.created", self.ada)
        self.send("organization_membership.created", self.ada_member)
        self.send("session.created", self.ada_session)
        self.send("invitation.created", self.of_ada)
        self.send("invitation.resent", {**self.of_ada, "updated_at": at(10)})
        self.send("organization.created", self.other)
        self.send("organization.updated", {**self.other, "updated_at": at(10), "name": "Wards"})
        self.send("invitation.created", self.to_grace)
        self.send("user.updated", {**self.grace, "id": None})
        self.send("authentication.password_failed", {"user_id": None, "email": ADDRESS})
        self.send("authentication.password_failed", {"user_id": self.grace_id})
        self.send(
            "authentication.sso_succeeded", {"user_id": self.ada["id"], "email": ADDRESS.lower()}
        )
        self.mirror.connection.execute(
            "select sync.queue_task('refetch', %s)", (f"user:{self.grace_id}",)
        )
        self._reconcile()

    def _reconcile(self) -> None:
        """Read a list in which both differ, and another, of the organization, to no end."""
        connection = self.mirror.connection
        [(run_id,)] = connection.execute("select sync.open_run('reconcile')").fetchall()
        connection.execute("select sync.next_lists(%s, 100, '{}')", (run_id,))
        changed = [{**one, "first_name": "Other", "updated_at": at(20)} for one in
                   (self.grace, self.ada)]  # fmt: skip
        connection.execute(
            "select sync.apply_page(%s, '/user_management/users', null, %s, %s, %s)",
            (run_id, self.grace_id, json.dumps(changed), EPOCH),
        )
