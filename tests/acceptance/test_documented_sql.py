"""Every statement of docs/explanation/row-security.md is run, and ends as the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from orgscope.deploy.statements import split
from tests.database import Database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "row-security.md"
BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps() -> Iterator[tuple[str, str]]:
    """Yield each statement, and what the comment behind it promises."""
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        lines = block.splitlines()
        for statement in split(block):
            last = lines[statement.line - 1 + statement.text.count("\n")]
            yield statement.text, last.partition("-- ")[2].strip()


@pytest.fixture
def session(booking_database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The login of requests, in a database with booking and an event of the member's."""
    booking_database.put_key()
    member = booking_database.add_member()
    booking_database.admin.execute(
        "insert into app.events (org_id, owner_id, title, duration_minutes) "
        "values (%s, %s, 'Intake', 30)",
        (member["organization_id"], member["user_id"]),
    )
    with booking_database.connect("api") as connection:
        yield connection


def ended(connection: psycopg.Connection[Any], statement: str) -> str:
    """Run a statement and say how it ended: its rows, or ``raises`` and the SQLSTATE."""
    try:
        cursor = connection.execute(statement.encode())
    except psycopg.Error as error:
        return f"raises {error.sqlstate}"
    rows = cursor.fetchall() if cursor.description else []
    return "\n".join(" ".join(map(shown, row)) for row in rows)


def shown(value: object) -> str:
    """Return a value as psql shows it."""
    return str(value)[0].lower() if isinstance(value, bool) else str(value)


def test_row_security_page__every_statement__ends_as_it_says(
    session: psycopg.Connection[Any], database: Database
) -> None:
    told = 0
    for statement, promise in steps():
        text = statement.replace(":'token'", f"'{database.token()}'")
        how = ended(session, text)
        if promise.startswith("~ "):
            assert re.search(promise[2:], how), (statement, how)
        elif promise:
            assert how == promise, statement
        else:
            assert not how.startswith("raises"), (statement, how)
        told += bool(promise)
    assert told > 15
