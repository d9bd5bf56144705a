"""One revision: a Python file for alembic and, beside it, the SQL file that says what happens.

``orgscope.deploy.header`` describes the header. Exactly the step that names tables runs between
``no force`` and ``force``, in one transaction; afterwards FORCE and the number of rows are
asserted. Online and in the offline script the same SQL asserts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from orgscope.deploy.header import Header
from orgscope.deploy.psql import for_psql
from orgscope.deploy.sql import driver, execute_file, run_query, run_step
from orgscope.errors import FileFailed
from orgscope.repeatable_files import render

__all__ = ["assert_indexes", "refuse_downgrade", "run"]

_ASSERT_FORCED = """do $$ begin if not (
  select c.relforcerowsecurity from pg_catalog.pg_class as c
  where c.oid = '{table}'::pg_catalog.regclass
) then raise exception using errcode = 'WS401',
  message = '{file}: row security of {table} is not forced'; end if; end $$;"""

# The server counts what a transaction did to a table, also in a DO block or a trigger.
_ROWS = """(select sum(
  pg_catalog.pg_stat_get_xact_tuples_inserted(t.oid)
  + pg_catalog.pg_stat_get_xact_tuples_updated(t.oid)
  + pg_catalog.pg_stat_get_xact_tuples_deleted(t.oid)
) from unnest(array[{tables}]::pg_catalog.regclass[]) as t (oid))"""
_REMEMBER_ROWS = """do $$ begin
  if pg_catalog.current_setting('track_counts') <> 'on' then raise exception using
    errcode = 'WS404', message = '{file}: rows are not counted. Set track_counts to on.';
  end if;
  perform pg_catalog.set_config('orgscope.rows', {rows}::text, true);
end $$;"""
_ASSERT_ROWS = """do $$ declare
  v_touched constant bigint := {rows} - pg_catalog.current_setting('orgscope.rows')::bigint;
begin if v_touched not in ({expected}) then raise exception using errcode = 'WS401',
  message = pg_catalog.format('{file}: the header states {expected} rows and %s were touched. '
    'Nothing was changed; find out which of the two is right.', v_touched);
end if; end $$;"""
_ASSERT_INDEXES = """do $$ declare
  v_invalid constant text := (
    select pg_catalog.string_agg(i.indexrelid::pg_catalog.regclass::text, ', ')
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as c on i.indexrelid = c.oid
    where not i.indisvalid and c.relkind = 'i'
      and c.relnamespace = any (array[{schemas}]::pg_catalog.regnamespace[])
  );
begin if v_invalid is not null then raise exception using errcode = 'WS401',
  message = pg_catalog.format('{file}: left behind an invalid index: %s. Drop it in the file '
    'before you create it, and migrate again.', v_invalid);
end if; end $$;"""


def _force(header: Header, word: str) -> str:
    return "\n".join(f"alter table {table} {word} row level security;" for table in header.unforced)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _around(name: str, header: Header, *, count_rows: bool) -> tuple[str, str]:
    """Return what runs before and after a file that needs FORCE to be off."""
    if not header.unforced:
        return "", ""
    forced = "\n".join(_ASSERT_FORCED.format(table=table, file=name) for table in header.unforced)
    if not count_rows:
        return _force(header, "no force"), f"{_force(header, 'force')}\n{forced}"
    rows = _ROWS.format(tables=_quoted(header.unforced))
    expected = ", ".join(str(number) for number in header.rows)
    before = (_REMEMBER_ROWS.format(rows=rows, file=name), _force(header, "no force"))
    after = (
        _force(header, "force"),
        forced,
        _ASSERT_ROWS.format(rows=rows, expected=expected, file=name),
    )
    return "\n".join(before), "\n".join(after)


def assert_indexes(name: str, schemas: Iterable[str]) -> str:
    """Return SQL that raises when ``create index concurrently`` left an invalid index behind."""
    return _ASSERT_INDEXES.format(file=name, schemas=_quoted(schemas))


def _record(project: str, revision: str, header: Header) -> str:
    return (
        "insert into deploy.revisions (project, revision, breaking) values "
        f"('{project}', '{revision}', {str(header.breaking).lower()}) on conflict do nothing;"
    )


def run(python_file: str, revision: str) -> None:
    """Run the SQL file beside ``python_file``; call it from ``upgrade()``.

    One that is ``done`` is only recorded: a ``transaction: no`` file has run by itself by now, and
    what an adopted one creates stands there.

    Raises FileFailed when a statement fails (with file and line), when the number of rows is wrong,
    and when statements that write touch no row, though the header does not say that they may.
    """
    path = Path(python_file).with_suffix(".sql")
    context = op.get_context()
    config = context.environment_context.config  # type: ignore[union-attr]  # env.py always has one
    project, role_prefix = config.attributes["project"], config.attributes["role_prefix"]
    header = Header.of(path)
    text = render(path.read_text("utf-8"), role_prefix)
    count_rows = config.attributes.get("count_rows", True)
    before, after = _around(path.name, header, count_rows=count_rows)
    record = _record(project.name, revision, header)
    is_done = revision in config.attributes["done"]
    if context.as_sql and is_done:
        context.impl.static_output(f"-- {path.name} is adopted\n{record}")
        return
    if context.as_sql:
        if not header.transactional:
            before = f"{config.attributes['closing']}\nset role {role_prefix}_owner;\n"
            after = f"{assert_indexes(path.name, project.schemas)}\n{config.attributes['opening']}"
        written = (f"-- {path.name}", before, for_psql(path.name, text), after, record)
        context.impl.static_output("\n".join(written))
        return
    connection = driver(op.get_bind())
    if not is_done:
        run_step(connection, path.name, before)
        touched = execute_file(connection, path.name, text)
        if touched == 0 and count_rows and not config.attributes["new"] and 0 not in header.rows:
            raise FileFailed(
                f"{path.name}: its statements touched no row, and nothing was changed. Find out "
                "why; where that is right, say '-- rows: 0' in the header."
            )
        run_step(connection, path.name, after)
    run_query(connection, record)


def refuse_downgrade(revision: str) -> None:
    """Raise FileFailed: revisions are rolled forward only; call it from ``downgrade()``."""
    raise FileFailed(
        f"revision {revision} cannot be undone: write a new revision that moves forward."
    )
