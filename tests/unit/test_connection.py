"""Connecting: what is wrong with a URL is said without a word of it."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import httpx2
import pytest

import orgscope
from orgscope import keys
from orgscope.connection import connect, connect_async, connect_url, url_parts
from orgscope.db.verify import verify_deployment
from orgscope.doctor import Level, examine
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.isolation import check_isolation
from tests.tokens import token_settings

# libpq takes a piece of each password for a host, port or database, and shows it.
MALFORMED = [
    "postgresql://user:s3cret@words@127.0.0.1:9/database",
    "postgresql://user:s3cret/words@127.0.0.1:9/database",
    "postgresql://user:12/s3cret-words@127.0.0.1:9/database",
    "postgres://user:s3cret?x/words@127.0.0.1:9/database",
    "postgresql://user@words:s3cret@127.0.0.1:9/database",
    "postgresql://user:s3cret%words@127.0.0.1:9/database",
    "postgresql://user:s3cret-words",
    "postgresql://user:s3cret words",
    "postgresql+psycopg://user:s3cret-words@127.0.0.1:9/database",
    "user s3cret words",
]
AWAY = "postgresql://user:s3cret-words@127.0.0.1:9/database"
WELL_FORMED = [
    AWAY,
    "postgresql://user:s3cret%40%2Fwords@127.0.0.1:9/data%40base",
    "postgresql://user:s3cret?words@127.0.0.1:9/database",
    "postgresql://user:s3cret-words@127.0.0.1:9,127.0.0.1:9/database?connect_timeout=5",
    "postgresql:///database?host=127.0.0.1&port=9&user=a@b&password=s3cret-words",
    "host=127.0.0.1 port=9 user=user password=s3cret@words/x dbname=database",
]


def assert_silent(error: BaseException) -> None:
    said = f"{error} {error!r} {error.__cause__} {error.__context__}"
    assert "s3cret" not in said
    assert "words" not in said


@pytest.mark.parametrize("url", MALFORMED)
async def test_connect__url_malformed__names_the_variable_and_nothing_of_the_url(url: str) -> None:
    settings = token_settings(monitor_url=url)
    for attempt in (
        lambda: connect(settings, "monitor"),
        lambda: connect_url(url, "monitor"),
        lambda: url_parts(settings, "monitor"),
    ):
        with pytest.raises(ConfigurationError, match="ORGSCOPE_MONITOR_URL") as caught:
            attempt()
        assert_silent(caught.value)
    with pytest.raises(ConfigurationError, match="ORGSCOPE_MONITOR_URL") as caught:
        await connect_async(settings, "monitor")
    assert_silent(caught.value)


@pytest.mark.parametrize("url", WELL_FORMED)
async def test_connect__nobody_listens__names_the_variable_and_not_the_password(url: str) -> None:
    settings = token_settings(monitor_url=url)
    with pytest.raises(DatabaseNotReady, match="ORGSCOPE_MONITOR_URL") as caught:
        connect(settings, "monitor")
    assert_silent(caught.value)
    with pytest.raises(DatabaseNotReady, match="ORGSCOPE_MONITOR_URL") as caught:
        await connect_async(settings, "monitor")
    assert_silent(caught.value)


@pytest.mark.parametrize("url", [MALFORMED[0], MALFORMED[1], AWAY])
async def test_callers__no_connection__show_nothing_of_the_password(url: str) -> None:
    settings = token_settings(monitor_url=url, keys_url=url, dba_url=url, api_url=url)
    expected = DatabaseNotReady if url == AWAY else ConfigurationError
    with pytest.raises(expected, match="ORGSCOPE_KEYS_URL") as caught:
        await keys.list_keys(settings)
    assert_silent(caught.value)
    with pytest.raises(expected, match="ORGSCOPE_API_URL") as caught:
        verify_deployment(url, "api", settings)
    assert_silent(caught.value)
    with pytest.raises(expected, match="ORGSCOPE_DBA_URL") as caught:
        check_isolation(settings)
    assert_silent(caught.value)
    transport = httpx2.MockTransport(lambda _: httpx2.Response(503))
    found = await asyncio.to_thread(lambda: list(examine(settings, transport=transport)))
    for what, variable in (("database", "ORGSCOPE_MONITOR_URL"), ("pooler", "ORGSCOPE_API_URL")):
        (finding,) = (one for one in found if one.what == what)
        assert (finding.level, finding.is_unseen) == (Level.FAIL, True)
        assert variable in finding.why
        assert "\n" not in finding.why
    assert_silent(Exception(found))


@pytest.mark.parametrize("url", MALFORMED)
def test_verify_deployment__legacy_url_malformed__shows_nothing_of_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ORGSCOPE_LEGACY_URL") as caught:
        verify_deployment(url, "legacy", token_settings(legacy_url=url))
    assert_silent(caught.value)


def test_source__every_connection__is_made_by_the_one_helper() -> None:
    package = Path(orgscope.__file__).parent
    calls = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith("psycopg.")
        and ast.unparse(node.func).endswith("connect")
    }
    assert calls == {"connection.py"}
