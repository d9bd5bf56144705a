"""A pooler is seen by what it does; what it lets stay is found, and taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pydantic import SecretStr

from orgscope.doctor import Finding, Level, pooler
from orgscope.doctor.pooler import _TRACE, check_pooler
from tests.database import Database
from tests.integration.bouncer import PROGRAM, bouncer_of
from tests.integration.doctor.examined import findings

needs_pgbouncer = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def judged(database: Database, **changes: object) -> Finding:
    (finding,) = check_pooler(database.settings.model_copy(update=changes))
    return finding


def traces(database: Database) -> int:
    """Return how many of some sessions in a row find a trace."""
    found = 0
    for _ in range(5):
        with database.connect("api", prepare_threshold=None) as connection:
            [(trace,)] = connection.execute(f"select current_setting('{_TRACE}', true)").fetchall()
            found += bool(trace)
    return found


@pytest.mark.parametrize("setting", ["transaction", "none"])
def test_doctor__no_pooler__ok_with_either_setting(database: Database, setting: str) -> None:
    finding = judged(database, pooler=setting)
    assert (finding.level, "None is seen" in finding.why) == (Level.OK, True)
    assert ("ORGSCOPE_POOLER=none" in finding.why) is (setting == "transaction")


@needs_pgbouncer
def test_doctor__pooler_that_resets__ok_unless_statements_are_prepared(
    database: Database, stack: ExitStack
) -> None:
    bounced = stack.enter_context(bouncer_of(database, pool_size=2, always=1))
    finding = judged(bounced)
    assert (finding.level, "by transaction" in finding.why) == (Level.OK, True)
    wrong = judged(bounced, pooler="none")
    assert (wrong.level, "ORGSCOPE_POOLER is none" in wrong.why) == (Level.FAIL, True)
    assert findings(bounced.settings)["database"][0].level is Level.OK


@needs_pgbouncer
def test_doctor__pooler_that_lets_settings_stay__fails_and_leaves_none_itself(
    database: Database, stack: ExitStack
) -> None:
    bounced = stack.enter_context(bouncer_of(database, pool_size=1, always=0))
    finding = judged(bounced)
    assert (finding.level, "server_reset_query_always" in finding.mend) == (Level.FAIL, True)
    assert traces(bounced) == 0


@needs_pgbouncer
@pytest.mark.parametrize(("reset", "level"), [("DISCARD ALL", Level.OK), ("", Level.FAIL)])
def test_doctor__pooler_by_session__seen_by_the_client_after(
    database: Database, stack: ExitStack, reset: str, level: Level
) -> None:
    """Of two backends one is held, so the third client is given that of the first."""
    bounced = stack.enter_context(
        bouncer_of(database, pool_size=2, always=0, mode="session", reset=reset)
    )
    finding = judged(bounced, pooler="none")
    assert (finding.level, "by session" in finding.why) == (level, level is Level.OK)
    assert traces(bounced) == 0


def test_doctor__backend_that_nobody_got_twice__warns_that_it_was_not_seen(
    database: Database,
) -> None:
    finding = pooler._judge(pooler._Seen("unknown"), database.settings)
    assert (finding.level, "was not seen" in finding.why) == (Level.WARN, True)


@needs_pgbouncer
def test_doctor__pooler_without_a_free_connection__is_unseen(
    database: Database, stack: ExitStack
) -> None:
    bounced = stack.enter_context(bouncer_of(database, pool_size=1, always=0, mode="session"))
    finding = judged(bounced)
    assert (finding.level, finding.is_unseen) == (Level.FAIL, True)
    assert "were not answered" in finding.why


def test_doctor__api_cannot_connect__is_unseen(database: Database) -> None:
    away = SecretStr("postgresql://orgscope_api:s3cr3t@127.0.0.1:9/nowhere")
    finding = judged(database, api_url=away)
    assert (finding.level, finding.is_unseen) == (Level.FAIL, True)
    assert "s3cr3t" not in repr(finding)


def test_doctor__no_api__there_is_nothing_to_look_at(database: Database) -> None:
    assert list(check_pooler(database.settings.model_copy(update={"api_url": None}))) == []
