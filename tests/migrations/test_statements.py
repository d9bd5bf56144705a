"""Splitting SQL text into statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgscope.deploy import core
from orgscope.deploy.statements import split

STATEMENTS = (
    "select 1",
    "select ';' || 'it''s; '",
    r"select e'a\';b', E'\\'",
    'select 1 as "a;""b"',
    "select $$;'\"$$, $tag$ $$ ; $tag$",
    "select a$b$c from t where $1 = 2",
    "select /* ; /* nested ; */ ' */ 1",
    "select 1 -- not the end; '\n + 2",
    "create rule r as on insert to t do also (insert into u values (1); delete from v)",
    "create function f() returns integer language sql begin atomic select 1; select 2; end",
    "create or replace function f() returns text\nlanguage sql\nbegin atomic\n"
    "select case when true then case 1 when 1 then 'a;' end end;\nselect t.end, t.case as end "
    "from authz.begin('x') as t;\nend",
    "create function f() returns void language plpgsql as $$ begin if a then b; end if; end $$",
    "begin",
    "end",
    "do $body$ begin perform 1; exception when others then null; end $body$",
    "select (select (1))",
    "select t.begin atomic from t",
    "create table ümlaut (größe integer)",
    "insert into t values ('🙂;')",
)
BETWEEN = (" ", "\n", "\n\n-- a comment; with 'quotes\n", " /* ; */ ", "\t\r\n", ";", "; ;\n")


@given(st.lists(st.tuples(st.sampled_from(BETWEEN), st.sampled_from(STATEMENTS))), st.booleans())
def test_split__any_concatenation__gives_the_statements_back(
    parts: list[tuple[str, str]], final: bool
) -> None:
    text = ";".join(space + statement for space, statement in parts) + (";\n" if final else "")
    found = list(split(text))
    assert [statement.text for statement in found] == [statement for _, statement in parts]
    for statement in found:
        line = text.splitlines(keepends=True)[0:0] or text.split("\n")
        first = statement.text.split("\n")[0]
        assert first in line[statement.line - 1]


@given(st.text(alphabet=";'\"$-/*\\ \neEbgincasdt(a)"))
def test_split__any_text__loses_nothing_but_space_comments_and_semicolons(text: str) -> None:
    position = 0
    for statement in split(text):
        found = text.find(statement.text, position)
        assert found >= position
        position = found + len(statement.text)


@pytest.mark.parametrize(
    "text", ["select 'open; select 2", 'select "open;', "select $$open; x", "select /* open; x"]
)
def test_split__open_quote__is_left_to_the_server(text: str) -> None:
    assert [statement.text for statement in split(f"select 1;{text}")] == ["select 1", text]


def test_split__open_comment_behind_a_statement__is_left_to_the_server() -> None:
    assert [one.text for one in split("select 1; /* open; x")] == ["select 1", "/* open; x"]


def test_split__lines__are_those_of_the_first_word() -> None:
    text = "-- one\n\nselect 1;\n/* four\nfive */ select 2; select\n3;\n"
    assert [statement.line for statement in split(text)] == [3, 5, 5]


@pytest.mark.parametrize("text", ["", "\n", "-- nothing\n", "/* nothing */", ";;;"])
def test_split__nothing__yields_nothing(text: str) -> None:
    assert list(split(text)) == []


def test_split__our_own_files__statements_begin_with_a_known_word() -> None:
    words = set()
    for path in [*core().root.glob("sql/**/*.sql"), *core().root.glob("policies/**/*.sql")]:
        words |= {statement.text.split()[0] for statement in split(path.read_text("utf-8"))}
    assert words <= {
        *("alter", "call", "comment", "create", "do", "drop", "grant", "insert", "revoke"),
        *("select", "set", "update", "with"),
    }
