"""One revision: a Python file for alembic and, beside it, the SQL file that says what happens.

The SQL file's header states what the file cannot show:

``-- breaking: yes``
    code that does not know this revision must refuse to start.
``-- transaction: no``
    runs alone, outside a transaction, before anything later (``create index concurrently``);
    the statements must be idempotent.
``-- unforced: app.events`` and ``-- rows: 12``
    the tables under FORCEd row security whose rows the file reads, writes or validates. Exactly this
    step runs between ``no force`` and ``force``; afterwards FORCE and the row count are asserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from alembic import op

from orgscope.deploy.files import render
from orgscope.deploy.sql import execute_file, run_query
from orgscope.errors import FileFailed

__all__ = ["Header", "refuse_downgrade", "run"]

_HEADER = re.compile(r"^-- (?P<key>breaking|transaction|unforced|rows): (?P<value>.+?)\s*$", re.M)
_TABLE = re.compile(r"^[a-z_][a-z0-9_]*[.][a-z_][a-z0-9_]*$")
_FORCE_LOST = """do $$ begin if exists (
  select from pg_catalog.pg_class as c
  where c.oid = '{table}'::pg_catalog.regclass and not c.relforcerowsecurity
) then raise exception using errcode = 'WS401', message = 'row security of {table} is not forced';
end if; end $$;"""


@dataclass(frozen=True, slots=True)
class Header:
    """What a revision's SQL file says of itself."""

    breaking: bool = False
    transactional: bool = True
    unforced: tuple[str, ...] = ()
    rows: int | None = None

    @classmethod
    def of(cls, path: Path) -> Header:
        """Read the header of a revision's SQL file.

        Raises FileFailed when a line is not of its form, or rows are touched without a count.
        """
        found = {match["key"]: match["value"] for match in _HEADER.finditer(path.read_text("utf-8"))}
        unforced = tuple(name.strip() for name in found.get("unforced", "").split(",") if name.strip())
        wrong = [name for name in unforced if not _TABLE.match(name)]
        flags = {found.get("breaking", "no"), found.get("transaction", "yes")}
        if wrong or not flags <= {"yes", "no"} or not found.get("rows", "0").isdigit():
            raise FileFailed(
                f"{path.name}: expected '-- breaking: yes|no', '-- transaction: yes|no', "
                "'-- unforced: schema.table, …' and '-- rows: N' in the header."
            )
        if bool(unforced) != ("rows" in found):
            raise FileFailed(
                f"{path.name}: '-- unforced:' and '-- rows:' go together; state how many rows the "
                "file inserts, updates and deletes (0 when it only validates)."
            )
        return cls(
            found.get("breaking") == "yes",
            found.get("transaction") != "no",
            unforced,
            int(found["rows"]) if "rows" in found else None,
        )


def _record(project: str, revision: str, header: Header) -> str:
    return (
        "insert into deploy.revisions (project, revision, breaking) "
        f"values ('{project}', '{revision}', {str(header.breaking).lower()}) on conflict do nothing;"
    )


def _force(tables: Iterable[str], word: str) -> str:
    return "\n".join(f"alter table {table} {word} row level security;" for table in tables)


def run(python_file: str, revision: str) -> None:
    """Run the SQL file beside ``python_file``; call it from ``upgrade()``.

    A ``transaction: no`` file has run by itself by now (``done``) and is only recorded.

    Raises FileFailed when a statement fails (with file and line) or the stated row count is not met.
    """
    path = Path(python_file).with_suffix(".sql")
    context = op.get_context()
    config = context.environment_context.config  # type: ignore[union-attr]  # env.py always has one
    project, role_prefix = config.attributes["project"].name, config.attributes["role_prefix"]
    header = Header.of(path)
    text = render(path.read_text("utf-8"), role_prefix)
    asserts = "\n".join(_FORCE_LOST.format(table=table) for table in header.unforced)
    if context.as_sql:
        opened, closed = _force(header.unforced, "no force"), _force(header.unforced, "force")
        record = _record(project, revision, header)
        context.impl.static_output("\n".join((opened, text, closed, asserts, record)))
        return
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    if config.attributes["done"] == revision:
        run_query(connection, _record(project, revision, header))
        return
    run_query(connection, _force(header.unforced, "no force"))
    touched = execute_file(connection, path.name, text)
    run_query(connection, _force(header.unforced, "force"))
    run_query(connection, asserts)
    if header.rows is not None and touched != header.rows:
        raise FileFailed(
            f"{path.name}: the header states {header.rows} rows and {touched} were touched. "
            "Nothing was changed; find out which of the two is right."
        )
    run_query(connection, _record(project, revision, header))


def refuse_downgrade(revision: str) -> None:
    """Raise: revisions are rolled forward only; call it from ``downgrade()``."""
    raise FileFailed(
        f"revision {revision} cannot be undone: write a new revision that moves forward."
    )
