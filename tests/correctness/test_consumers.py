"""Cases 58, 59 and 64: consumers of the change feed, and a migration under load."""

from __future__ import annotations

import json
import threading
from typing import Any

import psycopg
import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.errors import FileFailed, VersionMismatch
from tests.correctness.channels import CHANNELS, Channel
from tests.correctness.convergence import check_converged, replayed
from tests.database import Database, event, unique, user
from tests.migrations.projects import edit
from tests.sql.sync.mirror import at
from tests.tokens import rsa_key
from tests.web import key_server, running, web_settings

Place = tuple[Any, ...]
RETRYABLE = {"40P01", "55P03", "57014"}
"""What a sender may meet while a migration holds its locks: 503, and it sends the event again."""

BEGINNING: Place = ("0", 0)


def read(channel: Channel, place: Place, most: int = 1000) -> list[tuple[Any, ...]]:
    """Return the changes after a place: where each is, the object, and what became of it."""
    return channel.connection.execute(
        "select transaction, position, object_id, kind from sync.read_changes(%s, %s, %s)",
        (*place, most),
    ).fetchall()


def test_case_58__late_committer__seen_by_who_follows_and_never_overtaken(
    channel: Channel,
) -> None:
    """A slow transaction takes its place first and commits last."""
    with channel.database.connect("sync", autocommit=False) as slow:
        late = json.dumps(event("user.created", user("user_slow")))
        slow.execute("select sync.receive_event(%s)", (late,))
        channel.receive("user.created", user("user_fast"))
        positions = "select object_id from sync.changes order by position"
        assert channel.database.rows(positions) == [("user_fast",)]
        # Whoever went by position or time would be past the slow one now.
        assert read(channel, BEGINNING) == []
        slow.commit()
    changes = read(channel, BEGINNING)
    assert [one[2] for one in changes] == ["user_slow", "user_fast"]
    assert read(channel, changes[-1][:2]) == []


def test_case_58__writers_at_work__a_follower_sees_every_change_once(channel: Channel) -> None:
    people = [unique("user") for _ in range(8)]
    done = threading.Event()
    seen: list[tuple[Any, ...]] = []

    def write(id_: str) -> None:
        with channel.database.connect("sync", autocommit=False) as connection:
            for version in range(12):
                data = user(id_, updated_at=at(version))
                body = json.dumps(event("user.updated", data))
                connection.execute("select sync.receive_event(%s)", (body,))
                if version % 3 == 2:
                    connection.commit()

    def follow() -> None:
        with channel.database.connect("sync") as connection:
            mine = Channel(channel.database, connection)
            place = BEGINNING
            while True:
                last = done.is_set()
                for one in read(mine, place, 5):
                    seen.append(one)
                    place = one[:2]
                if last and not read(mine, place):
                    return

    follower = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(id_,)) for id_ in people]
    for thread in (follower, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    follower.join()
    assert len(seen) == len({one[:2] for one in seen}) == 8 * 12
    for id_ in people:
        assert [kind for *_, one, kind in seen if one == id_] == ["created"] + ["updated"] * 11
    assert replayed(channel.database) == {("user", id_) for id_ in people}


def test_case_59__consumer_was_away__catches_up_with_every_change_once(channel: Channel) -> None:
    """There is no LISTEN and NOTIFY: polling by the last place that was handled is all there is."""
    first = user(unique("user"))
    channel.receive("user.created", first)
    [kept] = read(channel, BEGINNING)
    others = [user(unique("user")) for _ in range(7)]
    channel.deliver([event("user.created", one) for one in others])
    channel.receive("user.deleted", first, created_at=at(1))
    place, caught_up = kept[:2], []
    while rows := read(channel, place, 3):  # in portions, each of which could be the last
        assert len(rows) <= 3
        caught_up += [one[2:] for one in rows]
        place = rows[-1][:2]
    assert caught_up.pop() == (first["id"], "deleted")
    assert sorted(caught_up) == [(one["id"], "created") for one in others]
    assert read(channel, kept[:2], 3) == read(channel, kept[:2], 3), "the place is the consumer's"
    assert channel.database.rows("select count(*) from pg_listening_channels()") == [(0,)]
    check_converged(
        channel.database,
        {("user", first["id"]): None} | {("user", one["id"]): one for one in others},
    )


class Load:
    """Somebody who delivers all the time, as the version before this one called it.

    By both channels that is two, of whom each has events of its own.
    """

    def __init__(self, database: Database, channel: str = "webhook") -> None:
        self.acknowledged: list[str] = []
        self.errors: set[str] = set()
        self._database = database
        self._stop = threading.Event()
        sources = ("webhook", "feed") if channel == "both" else (channel,)
        self._threads = [threading.Thread(target=self._deliver, args=(one,)) for one in sources]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _deliver(self, source: str) -> None:
        calls = (
            ("select sync.receive_event(%s)", "select sync.receive_event(%s, 'webhook')")
            if source == "webhook"
            else (
                "select * from sync.open_feed() as f cross join lateral "
                "sync.receive_page(concat('[', %s::text, ']'), f.cursor_id, true)",
            )
        )
        with self._database.connect("sync") as connection:
            one = event("user.created", user(unique("user")))
            while not self._stop.is_set():
                call = calls[len(self.acknowledged) % len(calls)]
                try:
                    connection.execute(call, (json.dumps(one),))
                except psycopg.Error as error:  # The same one is sent again.
                    self.errors.add(str(error.sqlstate))
                    continue
                self.acknowledged.append(one["id"])
                one = event("user.created", user(unique("user")))


def enough(load: Load, more: int = 20) -> None:
    """Wait until so many more were acknowledged."""
    wanted = len(load.acknowledged) + more
    for _ in range(3000):
        if len(load.acknowledged) >= wanted:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{len(load.acknowledged)} of {wanted}: {load.errors}")


@pytest.mark.parametrize("channel", CHANNELS)
def test_case_64__migration_while_events_arrive__none_is_lost_and_old_calls_still_answer(
    database: Database, next_version: Project, channel: str
) -> None:
    with Load(database, channel) as load:
        enough(load)
        outcome = deploy.migrate(database.settings)
        enough(load)
    assert len(outcome.revisions) == 1
    assert "core sql/sync/functions/upsert_user.sql" in outcome.files
    kept = {id_ for (id_,) in database.rows("select id from sync.inbox where status = 'applied'")}
    assert kept == set(load.acknowledged)
    assert database.rows("select count(*) from workos.users") == [(len(kept),)]
    assert load.errors <= RETRYABLE


async def test_case_64__failed_migration__nothing_of_it_stays_and_the_new_code_does_not_start(
    database: Database, next_version: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(next_version, "sql/sync/functions/upsert_user.sql", "return v_done;", "retrun v_done;")
    before = database.rows("select revision from deploy.revisions order by 1")
    with Load(database) as load:
        enough(load)
        with pytest.raises(FileFailed, match="syntax"):
            deploy.migrate(database.settings)
        enough(load)
    assert load.errors <= RETRYABLE
    assert database.rows("select revision from deploy.revisions order by 1") == before
    assert len(database.rows("select from sync.inbox")) == len(load.acknowledged)
    with database.connect("sync") as connection:
        deploy.check_version(connection, deploy.core())  # the code before it goes on
        with pytest.raises(VersionMismatch, match="orgscope migrate"):
            deploy.check_version(connection, next_version)
    monkeypatch.setattr("orgscope.compatibility.core", lambda: next_version)
    async with running(web_settings(database), key_server(rsa_key())) as web:
        assert (await web.deliver(event("user.created", user("user_1")))).status_code == 503
        assert (await web.get("/readyz")).status_code == 503
    assert database.rows("select from workos.users where id = 'user_1'") == []
