"""JSON as jsonb reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgscope.authz.json_object import MAX_BRACKETS, JsonNumber, JsonObject, parse_object

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4), st.booleans())
@settings(deadline=None)
def test_parse_object__any_json__reads_what_json_reads(
    value: dict[str, object], is_ascii: bool
) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert parse_object(text) == json.loads(text)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(deadline=None)
def test_parse_object__any_bytes__parses_or_raises_value_error(octets: bytes) -> None:
    try:
        assert isinstance(parse_object(octets), JsonObject)
    except ValueError:
        return


@pytest.mark.parametrize("opening", ["[", '{"a":', '["[",'])
def test_parse_object__too_many_brackets__are_refused_before_parsing(opening: str) -> None:
    with pytest.raises(ValueError, match="more than 256 arrays and objects"):
        parse_object(('{"a":' + opening * MAX_BRACKETS).encode())


def test_parse_object__repeated_names__are_remembered_and_the_last_counts() -> None:
    parsed = parse_object(b'{"a": 1, "b": 2, "\\u0061": "x", "c": {"d": 1, "d": 1}}')
    assert parsed["a"] == "x"
    assert parsed.repeated == {"a"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", 1),
        ("99999999999", 99_999_999_999),
        ("100000000000", None),
        ("17e8", 1_700_000_000),
        ("1.7e9", 1_700_000_000),
        ("1.7E+09", 1_700_000_000),
        ("1e10", 10**10),
        ("1e11", None),
        ("1e999999999", None),
        ("0e999999999", 0),
        ("1.0", None),
        ("1e-0", 1),
        ("10e-1", None),
        ("0.0", None),
        ("0e-1", None),
        ("-1", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("1e-999999999", None),
    ],
)
def test_json_number__text__is_the_seconds_that_jsonb_shows(text: str, seconds: int | None) -> None:
    assert JsonNumber(text).seconds() == seconds
