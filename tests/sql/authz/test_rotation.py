"""Keys that rotate while requests are under way: no valid context breaks, no retired key is used."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

import psycopg

from tests.sql.authz.tenants import (
    ORG_A,
    ORG_B,
    SESSION_B,
    USER_A,
    USER_B,
    Tenants,
    begin,
    begin_refusal,
    value,
)
from tests.tokens import RsaKey, rsa_key, token

ROTATIONS = 12
REQUESTERS = 4


@dataclass
class Traffic:
    """Requests of both organizations, in threads, each over and over until told to stop."""

    tenants: Tenants
    tokens: list[tuple[str, str, str]]
    stop: threading.Event = field(default_factory=threading.Event)
    finished: list[int] = field(default_factory=lambda: [0] * REQUESTERS)
    outcomes: Counter[str] = field(default_factory=Counter)
    moved: threading.Condition = field(default_factory=threading.Condition)

    def request(self, number: int) -> None:
        """Serve requests that read at their start and at their end, and count what came of each."""
        with self.tenants.database.connect("api") as connection:
            while not self.stop.is_set():
                text, user_id, org_id = self.tokens[self.finished[number] % len(self.tokens)]
                try:
                    connection.execute("begin")
                    begin(connection, text)
                    for _ in range(3):
                        row = connection.execute(
                            "select authz.user_id(), authz.org_id(), id from workos.users"
                        ).fetchall()
                        assert row == [(user_id, org_id, user_id)]
                    connection.execute("commit")
                    self.note(number, "served")
                except psycopg.Error as error:
                    connection.execute("rollback")
                    self.note(number, str(error.sqlstate))
                except AssertionError:
                    self.note(number, "another tenant's rows")
                    raise

    def note(self, number: int, outcome: str) -> None:
        with self.moved:
            self.finished[number] += 1
            self.outcomes[outcome] += 1
            self.moved.notify_all()

    def let_everybody_finish(self) -> None:
        """Wait until each requester has ended the request it is in, and one more."""
        with self.moved:
            goal = [count + 2 for count in self.finished]
            reached = self.moved.wait_for(
                lambda: all(c >= g for c, g in zip(self.finished, goal, strict=True)), timeout=60
            )
        assert reached

    def __enter__(self) -> Traffic:
        self.threads = [threading.Thread(target=self.request, args=(n,)) for n in range(REQUESTERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)
            assert not thread.is_alive()


def people(key: RsaKey | None = None) -> list[tuple[str, str, str]]:
    """Return a token for each of the two members, with whose it is."""
    return [
        (token({}, key=key), USER_A, ORG_A),
        (token({"sub": USER_B, "sid": SESSION_B, "org_id": ORG_B}, key=key), USER_B, ORG_B),
    ]


def test_rotation__seal_keys_under_traffic__no_context_breaks(tenants: Tenants) -> None:
    """A transaction may see one rotation, which is what a daily rotation means."""
    with Traffic(tenants, people()) as traffic, tenants.database.connect("keys") as keys:
        for _ in range(ROTATIONS):
            traffic.let_everybody_finish()
            keys.execute("select authz.rotate_seal_key()")
        traffic.let_everybody_finish()
    assert set(traffic.outcomes) == {"served"}
    assert tenants.database.rows("select count(*) from authz.seal_keys") == [(2,)]


def test_rotation__two_rotations_at_once__one_key_is_current(tenants: Tenants) -> None:
    """Two workers must not leave two current keys, of which an old one would never retire."""
    with (
        tenants.database.connect("keys") as first,
        tenants.database.connect("keys") as second,
        tenants.request() as request,
    ):
        first.execute("begin")
        kid = value(first, "select authz.rotate_seal_key()")
        waiting = threading.Thread(target=second.execute, args=("select authz.rotate_seal_key()",))
        waiting.start()
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        while waiting.is_alive() and tenants.database.rows(waits) == [(0,)]:
            waiting.join(0.02)
        first.execute("commit")
        waiting.join(30)
        keys = tenants.database.rows(
            "select kid, retired_at is null from authz.seal_keys order by kid"
        )
        assert keys == [(kid, False), (kid + 1, True)]
        assert value(request, "select current_user::text") == "orgscope_user"


def test_rotation__signing_key_under_traffic__overlap_serves_then_retired_is_refused(
    tenants: Tenants,
) -> None:
    """WorkOS publishes the new key, signs with it, and takes the old one away."""
    old, new = rsa_key(), rsa_key("sso_oidc_key_pair_02")
    with Traffic(tenants, people(old)) as traffic:
        traffic.let_everybody_finish()
        tenants.database.put_key(new)
        traffic.let_everybody_finish()
        traffic.tokens = people(new) + people(old)
        traffic.let_everybody_finish()
        traffic.tokens = people(new)
        traffic.let_everybody_finish()
        remembered = "select count(*) from authz.verified_tokens where kid = %s"
        assert tenants.database.rows(remembered, (old.kid,))[0][0] > 0
        with tenants.database.connect("keys") as keys:
            assert value(keys, "select authz.retire_key(%s)", (old.kid,)) is True
        for text, _, _ in people(old):
            assert begin_refusal(tenants.database, text) == "WS306"
        traffic.let_everybody_finish()
        assert set(traffic.outcomes) == {"served"}
        traffic.tokens = people(old)
        traffic.let_everybody_finish()
    assert set(traffic.outcomes) == {"served", "WS306"}


def test_rotation__key_retired_in_an_open_transaction__context_lives_until_its_end(
    tenants: Tenants,
) -> None:
    """The signature was good when the context opened; the next transaction is refused."""
    text = tenants.ada
    with tenants.database.connect("api") as connection:
        for _ in range(2):
            connection.execute("begin")
            begin(connection, text)
            assert value(connection, "select authz.org_id()") == ORG_A
            connection.execute("commit")
        connection.execute("begin")
        begin(connection, text)
        with tenants.database.connect("keys") as keys:
            keys.execute("select authz.retire_key(%s)", (rsa_key().kid,))
        assert value(connection, "select authz.org_id()") == ORG_A
        connection.execute("commit")
    assert begin_refusal(tenants.database, text) == "WS306"
