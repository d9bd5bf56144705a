"""The steps of the story. Each takes the cast, does one thing for real, and checks its promise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import psycopg

from booking.demo.cast import Cast
from booking.demo.narrator import Narrator
from orgscope.errors import ContextMissing, TokenRefused
from orgscope.signature import sign
from orgscope.web.webhooks import PATH

__all__ = ["STEPS", "mirrored"]

MIRROR = {
    "users": "workos.users",
    "organizations": "workos.organizations",
    "memberships": "workos.organization_memberships",
}

STALE = {"last_sign_in_at"}
"""Fields that WorkOS changes without an event."""


def mirrored(cast: Cast) -> dict[str, dict[str, Any]]:
    """Return the live objects of the mirror as raw JSON, by kind and id."""
    with cast.login("admin") as connection:
        connection.execute("select authz.begin_privileged('demo: compare with WorkOS')")
        return {
            kind: dict(
                connection.execute(
                    f"select id, raw from {table} where deleted_at is null and raw is not null"
                ).fetchall()
            )
            for kind, table in MIRROR.items()
        }


def in_workos(cast: Cast) -> dict[str, dict[str, Any]]:
    """Return the same objects as WorkOS has them."""
    return {kind: {one["id"]: one for one in getattr(cast.stack.world, kind)} for kind in MIRROR}


def equal(cast: Cast) -> bool:
    """Compare mirror and WorkOS field by field, for every field that an event carries."""
    ours, theirs = mirrored(cast), in_workos(cast)
    return all(
        ours[kind].keys() == theirs[kind].keys()
        and all(
            theirs[kind][id_].get(name, value) == value
            for id_, raw in ours[kind].items()
            for name, value in raw.items()
            if name not in STALE
        )
        for kind in MIRROR
    )


def arrive(cast: Cast, tell: Narrator) -> None:
    """People and organizations that were created in WorkOS arrive by signed webhooks."""
    cast.stack.quiesce()
    tell.show(
        f"POST {PATH}\nWorkOS-Signature: t=…, v1=…\n\n{{'event': 'user.created', …}}",
        "http",
    )
    tell.show("select sync.receive_event(body)  -- inbox, mirror and profile in one commit")
    ours = mirrored(cast)
    tell.check(
        f"{len(ours['users'])} people, {len(ours['organizations'])} practices and "
        f"{len(ours['memberships'])} memberships are mirrored, equal to WorkOS",
        len(ours["users"]) >= 2 and equal(cast),
    )


def refuse_unsigned(cast: Cast, tell: Narrator) -> None:
    """A webhook that somebody else signed changes nothing."""
    body = json.dumps(
        {
            "id": "event_01FORGED",
            "event": "organization_membership.created",
            "created_at": "2099-01-01T00:00:00.000Z",
            "data": {
                "id": "om_01FORGED",
                "user_id": cast.ada.user_id,
                "organization_id": cast.bob.org_id,
                "status": "active",
                "role": {"slug": "admin"},
                "updated_at": "2099-01-01T00:00:00.000Z",
            },
        }
    ).encode()
    response = httpx2.post(
        cast.stack.url + PATH,
        content=body,
        headers={
            "WorkOS-Signature": sign(body, "whsec_somebody_elses_secret"),
            "Content-Type": "application/json",
        },
    )
    tell.show(f"POST {PATH}   signed with another secret\n→ {response.status_code}", "http")
    tell.check("the forged event is answered 401", response.status_code == 401)
    tell.check("and nothing of it is mirrored", "om_01FORGED" not in mirrored(cast)["memberships"])


def share_endpoint(cast: Cast, tell: Narrator) -> None:
    """Two members of two practices call the same endpoint, and each sees only their own."""
    for person in (cast.ada, cast.bob):
        created = cast.post(
            person, "/api/events", {"title": f"{person.name}'s first visit", "duration_minutes": 30}
        )
        created.raise_for_status()
    tell.show(
        "begin; select authz.begin(token);\n"
        "select * from app.events order by created_at desc limit 20;"
    )
    for person in (cast.ada, cast.bob):
        seen = cast.titles(person)
        tell.say(f"{person.name}: GET /api/events → {seen}")
        tell.check(
            f"{person.name} sees their own and nothing else",
            seen == [f"{person.name}'s first visit"],
        )


def converge(cast: Cast, tell: Narrator) -> None:
    """Deliveries are shuffled and duplicated, and the mirror still equals WorkOS."""
    world = cast.stack.world
    world.faults.change(shuffle=True, duplicate=3)
    for number in range(8):
        world.update_user(cast.ada.user_id, first_name=f"Ada {number}")
        world.update_organization(cast.bob.org_id, name=f"Builders {number}")
    late = world.create_user("late@example.com")
    world.create_membership(late["id"], cast.ada.org_id)
    world.delete_user(late["id"])
    cast.stack.quiesce()
    world.faults.change(shuffle=False, duplicate=1)
    tell.say(
        f"{len(world.deliveries.log)} deliveries so far, in any order, most of them three times"
    )
    tell.show("before update on workos.users … execute function sync.tg__keep_newest()")
    tell.check("the mirror equals WorkOS, field by field", equal(cast))


def keep_order(cast: Cast, tell: Narrator) -> None:
    """An old event that arrives last changes nothing."""
    body = json.dumps(
        {
            "id": "event_99LATE",
            "event": "user.updated",
            "created_at": "2020-01-01T00:00:00.000Z",
            "data": {
                "id": cast.ada.user_id,
                "email": "old@example.com",
                "updated_at": "2020-01-01T00:00:00.000Z",
            },
        }
    )
    with cast.login("sync") as connection:
        row = connection.execute("select sync.receive_event(%s)", (body,)).fetchone()
    tell.show(f"select sync.receive_event('an update of 2020');  -- {row and row[0]}")
    tell.check("the mirror still equals WorkOS", equal(cast))


def resist_injection(cast: Cast, tell: Narrator) -> None:
    """SQL injected into Ada's request tries to become Bob's practice, and is refused."""
    attack = """
        with forged as materialized (
          select set_config('orgscope.context', replace(
            current_setting('orgscope.context'), %(mine)s, %(theirs)s), true)
        )
        select e.title from forged, app.events as e
    """
    tell.show("begin; select authz.begin('Ada''s token');" + attack)
    with cast.login("api") as connection:
        connection.execute("select authz.begin(%s)", (cast.ada.token,))
        rows = connection.execute(
            attack, {"mine": cast.ada.org_id, "theirs": cast.bob.org_id}
        ).fetchall()
        try:
            connection.execute("select authz.require_context()")
            code = "no error"
        except ContextMissing as refusal:
            code = str(refusal.sqlstate)
        connection.rollback()
    tell.check("the seal breaks: 0 rows, and no error that tells of Bob's", not rows)
    tell.check(f"and the transaction may not commit ({code})", code == "WS301")


def refuse_forged_token(cast: Cast, tell: Narrator) -> None:
    """A forged token is refused by the database, even by whoever holds the application's login."""
    head, payload, signature = cast.bob.token.split(".")
    forged = f"{head}.{payload}.{signature[::-1]}"
    tell.show("select authz.begin('a token with Bob''s claims and another signature');")
    with cast.login("api") as connection:
        try:
            connection.execute("select authz.begin(%s)", (forged,))
            code = "no error"
        except TokenRefused as refusal:
            code = str(refusal.sqlstate)
        connection.rollback()
    tell.check(f"the database itself verifies RS256 and refuses ({code})", code == "WS303")


def follow_removal(cast: Cast, tell: Narrator) -> None:
    """A removed member loses the rows at once, while the token still lives."""
    cast.stack.world.delete_membership(cast.bob.membership_id)
    cast.stack.quiesce()
    response = cast.get(cast.bob, "/api/events")
    tell.show(
        "GET /api/events   Bob's token, valid for minutes yet\n"
        f"→ {response.status_code} {response.text}",
        "http",
    )
    tell.check("Bob is refused", response.status_code == 403)
    with cast.login("api") as connection:
        try:
            connection.execute("select authz.begin(%s)", (cast.bob.token,))
            code = "no error"
        except psycopg.DatabaseError as refusal:
            code = str(refusal.sqlstate)
        connection.rollback()
    tell.check(f"by the database as well ({code})", code == "WS313")
    tell.check("Ada's practice is untouched", cast.titles(cast.ada) == ["Ada's first visit"])


STEPS: tuple[tuple[str, Callable[[Cast, Narrator], None]], ...] = (
    ("People and practices created in WorkOS arrive by signed webhooks", arrive),
    ("A webhook that somebody else signed changes nothing", refuse_unsigned),
    ("Two members call one endpoint, and each sees only their own", share_endpoint),
    ("Deliveries are shuffled and repeated, and the mirror equals WorkOS", converge),
    ("An old event that arrives last changes nothing", keep_order),
    ("Injected SQL tries to become the other practice", resist_injection),
    ("A forged token meets the database itself", refuse_forged_token),
    ("A removed member loses the rows at once", follow_removal),
)
"""What happens, in order: a title, and the step."""
