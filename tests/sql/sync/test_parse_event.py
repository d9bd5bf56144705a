"""sync.parse_event and sync.parse_object: what an event is made of."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import Database, event

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text(st.characters(exclude_categories=[]), max_size=20)
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def texts(data: Any) -> Iterator[str]:
    """Yield every string of a document, its names included."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        yield from chain.from_iterable(map(texts, data))
    elif isinstance(data, dict):
        yield from chain.from_iterable(map(texts, [*data.keys(), *data.values()]))


def parse(database: Database, body: str) -> tuple[Any, ...]:
    [parsed] = database.rows(
        "select e.id, e.type, e.data, (e.change).event_id, (e.change).occurred_at::text, "
        "(e.change).origin, (e.change).deleted, (e.change).lossy, e.error "
        "from sync.parse_event(%s, 'feed') as e",
        (body,),
    )
    return parsed


def test_parse_event__good_event__its_parts(database: Database) -> None:
    database.admin.execute("set timezone = 'UTC'")
    body = json.dumps(event("a.b.deleted", {"id": "x"}, id="event_1", context={"client_id": "c"}))
    time = "2026-01-15 12:00:00+00"
    assert parse(database, body) == (
        *("event_1", "a.b.deleted", {"id": "x"}, "event_1", time, "feed", False, False, None),
    )


@pytest.mark.parametrize("type_", [None, 5, {}, []])
def test_parse_event__type_is_no_text__empty_type(database: Database, type_: object) -> None:
    assert parse(database, json.dumps({**event("x", {}), "event": type_}))[1] == ""


@pytest.mark.parametrize(
    "type_", ["user.deleted.late", "user.undeleted", "deleted", "user.DELETED"]
)
def test_parse_event__other_verb__no_delete(database: Database, type_: str) -> None:
    assert parse(database, json.dumps(event(type_, {})))[6] is False


@pytest.mark.parametrize("created_at", ["yesterday", "2026-02-30T00:00:00Z", 5, True, {}])
def test_parse_event__unusable_time__as_without_one(database: Database, created_at: object) -> None:
    parsed = parse(database, json.dumps(event("user.created", {}, created_at=created_at)))
    assert (parsed[4], parsed[8]) == (None, None)


def test_parse_event__object_that_jsonb_cannot_hold__error_and_its_name(
    database: Database,
) -> None:
    name = '"id": "event_1", "event": "user.deleted", "text": "' + r"\u0000" + '"'
    parsed = parse(database, f'{{{name}, "data": 1e400000}}')
    assert parsed[:3] == ("event_1", "user.deleted", None)
    assert parsed[8].startswith("22003 ")


def test_parse_event__name_that_json_cannot_read_either__digest(database: Database) -> None:
    for odd in ('"id": 7, "data": 1e400000', '"id": "event_1", "data": ' + "[" * 40_000):
        parsed = parse(database, "{" + odd + "}")
        assert parsed[0].startswith("sha256:")
        assert parsed[1:3] == ("", None)
        assert parsed[8][:5] in {"22003", "54001"}


def test_parse_event__any_data__kept_or_lossy(database: Database) -> None:
    @settings(
        deadline=None,
        max_examples=200,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(documents, st.booleans())
    def holds(data: Any, as_ascii: bool) -> None:
        body = json.dumps({"id": "event_1", "event": "x", "data": data}, ensure_ascii=as_ascii)
        try:
            body.encode()
        except UnicodeEncodeError:  # half a pair exists as an escape only
            body = json.dumps({"id": "event_1", "event": "x", "data": data})
        parsed = parse(database, body)
        assert parsed[0] == "event_1"
        assert parsed[7] == any(map(UNSTORABLE.search, texts(data)))
        if not parsed[7]:
            assert parsed[2] == data

    holds()
