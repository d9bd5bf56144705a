import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import Database

BACKSLASH = chr(92)
STORABLE = [
    BACKSLASH * 2,
    r"\n",
    r"\"",
    r"\u0041",
    r"\ud83d\ude00",
    r"\uD83D\uDE00",
    "x",
    "u0000",
    "ud800",
    "é",
]
UNSTORABLE = [r"\u0000", r"\ud800", r"\uDBFF", r"\udc00", r"\uDFFF"]
storable = st.lists(st.sampled_from(STORABLE)).map("".join)
mixed = st.lists(st.sampled_from(STORABLE + UNSTORABLE)).map("".join)

examples = settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def replaced(database: Database, text: str) -> str:
    [(result,)] = database.rows("select sync.replace_unstorable(%s)", (text,))
    return str(result)


def stored(database: Database, text: str) -> Any:
    [(value,)] = database.rows("select %s::jsonb", (text,))
    return value


def test_replace_unstorable__only_such_escapes_wrong__parses_with_replacement_characters(
    database: Database,
) -> None:
    @examples
    @given(mixed)
    def holds(pieces: str) -> None:
        text = f'{{"{pieces}": ["{pieces}"]}}'
        # Python reads what PostgreSQL refuses; pairs are already one character then.
        expected = re.sub("[\x00\ud800-\udfff]", "\ufffd", json.loads(f'"{pieces}"'))
        assert stored(database, replaced(database, text)) == {expected: [expected]}

    holds()


def test_replace_unstorable__nothing_unstorable__same_text(database: Database) -> None:
    @examples
    @given(storable)
    def holds(pieces: str) -> None:
        assert replaced(database, f'"{pieces}"') == f'"{pieces}"'

    holds()


def test_replace_unstorable__no_unicode_escape_at_all__same_text(database: Database) -> None:
    no_escape = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))

    @examples
    @given(no_escape.filter(lambda text: BACKSLASH + "u" not in text))
    def holds(text: str) -> None:
        assert replaced(database, text) == text

    holds()


def test_replace_unstorable__backslashes_before_escapes__counted(database: Database) -> None:
    for text, expected in [
        (r'"\\u0000"', r'"\\u0000"'),
        (r'"\\\u0000"', r'"\\\ufffd"'),
        (r'"\u0000\u0000"', r'"\ufffd\ufffd"'),
        (r'"\ud800\ud800\udc00"', r'"\ufffd\ud800\udc00"'),
        (r'"\udc00\ud800"', r'"\ufffd\ufffd"'),
        # The high half is not an escape here, so the low half is alone.
        (r'"\\ud800\udc00"', r'"\\ud800\ufffd"'),
        (r'"\ud800\\\udc00"', r'"\ufffd\\\ufffd"'),
    ]:
        assert replaced(database, text) == expected


def test_replace_unstorable__control_character_that_json_forbids__same_text(
    database: Database,
) -> None:
    text = '"\x01' + r"\u0000" + '"'
    assert replaced(database, text) == text


def test_replace_unstorable__caller_reads_backslashes_otherwise__same_result(
    database: Database,
) -> None:
    with database.connect("migrator", options="-c standard_conforming_strings=off") as connection:
        connection.execute("set escape_string_warning = off")
        connection.execute("set role orgscope_definer")
        row = connection.execute(
            "select sync.replace_unstorable(%s)", (r'"\\\u0000 \udc00"',)
        ).fetchone()
    assert row == (r'"\\\ufffd \ufffd"',)
