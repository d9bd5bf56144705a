"""A5, promise 6: through PgBouncer in transaction mode nothing of one request reaches another.

PgBouncer must run with ``server_reset_query_always = 1`` and DISCARD ALL; the control shows why.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from orgscope.authz import Verifier
from orgscope.db import Database as ScopedDatabase
from orgscope.errors import PreparedStatementsRefused
from tests.database import Database, unique
from tests.integration.bouncer import PROGRAM, bouncer_of
from tests.tokens import StaticKeys, rsa_key

CLIENTS = 20
REQUESTS = 8
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")

Bouncer = Callable[..., Database]


@pytest.fixture
def bouncer(database: Database) -> Iterator[Bouncer]:
    """Start PgBouncer with a number of server connections; stop it after the test."""
    database.put_key()
    with ExitStack() as stack:

        def start(pool_size: int = 1, always: int = 1) -> Database:
            return stack.enter_context(bouncer_of(database, pool_size=pool_size, always=always))

        yield start


LEFT_BEHIND = {
    "cursor with hold": (
        "declare loot cursor with hold for select 'loot'::text",
        "select count(*) from pg_cursors where name = 'loot'",
        0,
    ),
    "setting of the session": (
        "set my.loot = 'loot'",
        "select coalesce(current_setting('my.loot', true), '')",
        "",
    ),
    "role of the session": (
        "set session role orgscope_user",
        "select current_user",
        "orgscope_api",
    ),
    "row security off": ("set row_security = off", "show row_security", "on"),
    "search path": ("set search_path = public", "show search_path", "pg_catalog, pg_temp"),
    "listening": ("listen loot", "select count(*) from pg_listening_channels()", 0),
    "statement prepared by SQL": (
        "prepare loot as select 1",
        "select count(*) from pg_prepared_statements",
        0,
    ),
}


def leftovers(bounced: Database) -> dict[str, bool]:
    """Leave each behind in one client and tell whether the next client finds it."""
    found = {}
    for name, (statement, query, clean) in LEFT_BEHIND.items():
        with bounced.connect("api", prepare_threshold=None) as attacker:
            attacker.execute("begin")
            attacker.execute(statement)
            attacker.execute("commit")
            with bounced.connect("api", prepare_threshold=None) as victim:
                row = victim.execute(query).fetchone()
                victim.execute("discard all")  # so that each case stands alone
        found[name] = row != (clean,)
    return found


def test_authz__a5_pgbouncer_with_reset__nothing_is_left_behind(bouncer: Bouncer) -> None:
    assert leftovers(bouncer(always=1)) == dict.fromkeys(LEFT_BEHIND, False)


def test_authz__a5_pgbouncer_without_reset__everything_is_left_behind(bouncer: Bouncer) -> None:
    """The control: the attacks work, so the test above can fail."""
    assert leftovers(bouncer(always=0)) == dict.fromkeys(LEFT_BEHIND, True)


def test_authz__a5_pgbouncer_without_reset__begin_still_refuses_and_pins(
    database: Database, bouncer: Bouncer
) -> None:
    """What begin can see it refuses or undoes, however the pooler is configured."""
    database.add_member()
    bounced = bouncer(always=0)
    with bounced.connect("api", prepare_threshold=None) as attacker:
        attacker.execute("set row_security = off; set search_path = public; set role orgscope_user")
        attacker.execute("select set_config('orgscope.context', '1|1|user|00|{}', false)")
        with bounced.context() as victim:
            assert victim.execute("show row_security").fetchone() == ("on",)
            assert victim.execute("select count(*) from workos.users").fetchone() == (1,)
        attacker.execute("reset role; prepare loot as select 1")
        with pytest.raises(PreparedStatementsRefused), bounced.context():
            pass


async def test_connection__pgbouncer_without_reset__scrubbed_with_its_commit(
    database: Database, bouncer: Bouncer
) -> None:
    """What the scrub removes; a statement prepared by SQL takes a pooler that resets."""
    database.add_member()
    bounced = bouncer(always=0)
    principal = await Verifier(bounced.settings, StaticKeys(rsa_key())).verify(database.token())
    cases = {name: case for name, case in LEFT_BEHIND.items() if "prepared" not in name}
    found = {}
    async with ScopedDatabase(bounced.settings) as scoped:
        for name, (statement, query, clean) in cases.items():
            async with scoped.connection(principal) as connection:
                await connection.execute(statement)
            with bounced.connect("api", prepare_threshold=None) as victim:
                found[name] = victim.execute(query).fetchone() != (clean,)
    assert found == dict.fromkeys(cases, False)


async def test_authz__a5_pgbouncer_twenty_clients__nobody_sees_another(
    database: Database, bouncer: Bouncer
) -> None:
    """Three server connections for twenty clients, one in four of which leaves loot behind."""
    people = [(unique("user"), unique("org"), unique("session")) for _ in range(CLIENTS)]
    for user_id, org_id, _ in people:
        database.add_member(user_id, org_id)
    verifier = Verifier(database.settings, StaticKeys(rsa_key()))
    settings = bouncer(pool_size=3).settings.model_copy(update={"pool_size": CLIENTS})
    seen: Counter[str] = Counter()

    async def client(scoped: ScopedDatabase, number: int) -> None:
        user_id, org_id, session_id = people[number]
        choose = random.Random(number)
        token = database.token(sub=user_id, org_id=org_id, sid=session_id)
        principal: Any = await verifier.verify(token)
        for _ in range(REQUESTS):
            async with scoped.connection(principal) as connection:
                cursor = await connection.execute(
                    "select authz.org_id(), authz.user_id(), id from workos.users"
                )
                assert await cursor.fetchall() == [(org_id, user_id, user_id)]
                loot = choose.choice(("", "", "", "set my.loot = 'x'", "listen loot"))
                if loot:
                    await connection.execute(loot)
                row = await (await connection.execute("select pg_backend_pid()")).fetchone()
                assert row is not None
                seen[str(row[0])] += 1

    async with ScopedDatabase(settings) as scoped:
        await asyncio.gather(*(client(scoped, number) for number in range(CLIENTS)))
    assert sum(seen.values()) == CLIENTS * REQUESTS
    assert len(seen) <= 3
