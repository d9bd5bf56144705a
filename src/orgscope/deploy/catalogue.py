"""What a database holds, as comparable text: the ground of ``plan`` and ``drift``.

``migrate`` records in ``deploy.objects`` what it changes. What differs from the record was changed
by hand: that also finds what no file puts back, such as a grant to a stranger or a new function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Final, Literal, TypeAlias

import psycopg

from orgscope.errors import DatabaseNotReady
from orgscope.project import core

__all__ = [
    "POLICY_COMMANDS",
    "RELATIONS",
    "Catalogue",
    "Change",
    "compare",
    "digest",
    "read",
    "record",
    "record_statement",
    "recorded",
    "remember_statement",
    "require_digest",
]

Key: TypeAlias = tuple[str, str, str]
Catalogue: TypeAlias = dict[Key, str]
"""(schema, kind, identity) -> definition; kinds as in ``sql/queries/``."""

RELATIONS: Final = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
}
"""What a definition says after ``kind``, and what that is."""
POLICY_COMMANDS: Final = {"r": "select", "a": "insert", "w": "update", "d": "delete", "*": "all"}
"""What a policy's definition says after ``for``, and which command that is."""
_WORD: Final = r'([a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
_RELATION: Final = re.compile(f"{_WORD}[.]{_WORD}")
_COMMAND: Final = re.compile("(?<= for ).(?= to )")
_QUERIES: Final = ("relations", "routines", "grants")
_DETAILS: Final = ("details",)
_SEARCH_PATH: Final = "set local search_path = pg_catalog, pg_temp"
_VARIABLE: Final = "orgscope_catalogue"
_CHANGED: Final = """before as (
  select b ->> 0 as schema_name, b ->> 1 as kind, b ->> 2 as identity, b ->> 3 as digest
  from jsonb_array_elements(:'{variable}'::jsonb) as j (b)
),
changed as (
  select schema_name, kind, identity, now.definition
  from now full join before using (schema_name, kind, identity)
  where now.digest is distinct from before.digest
),
gone as (
  delete from deploy.objects as o using changed as c
  where (o.schema_name, o.kind, o.identity) = (c.schema_name, c.kind, c.identity)
    and c.definition is null
)
insert into deploy.objects (schema_name, kind, identity, definition)
select schema_name, kind, identity, definition from changed where definition is not null
on conflict (schema_name, kind, identity) do update set definition = excluded.definition"""


_DIGEST: Final = """select encode(sha256(convert_to(string_agg(
  concat_ws(' ', schema_name, kind, identity, digest), e'\\n'
  order by schema_name collate "C", kind collate "C", identity collate "C"
), 'UTF8')), 'hex') from now"""
_REQUIRE_DIGEST: Final = """savepoint orgscope_catalogue;
{search_path};
do $require$ begin if ({query}) is distinct from '{digest}' then
  raise exception 'what stands in {schemas} has changed since: write the script again';
end if; end $require$;
rollback to savepoint orgscope_catalogue;
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One object that appears, disappears or differs."""

    verb: Literal["create", "drop", "change"]
    kind: str
    identity: str
    diff: str
    schema: str
    definition: str | None
    """What the object is afterwards; None when it is dropped."""
    previous: str | None
    """What it was before; None when it is new."""

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.identity}"

    @property
    def relation(self) -> str:
        """The table, view or function that it is, or is of, without quotes: ``app.events``.

        Empty for what stands in a schema alone.
        """
        found = _RELATION.match(self.identity)
        if found is None:
            return ""
        return ".".join(
            word[1:-1].replace('""', '"') if word.startswith('"') else word
            for word in found.groups()
        )

    @property
    def part(self) -> str:
        """The column, policy, constraint or trigger of the relation, as SQL writes it."""
        return _RELATION.sub("", self.identity, count=1).lstrip(" .")

    @property
    def key(self) -> Key:
        """Which object it is."""
        return self.schema, self.kind, self.identity


def read(
    connection: psycopg.Connection[Any], schemas: Sequence[str], *, details: bool = False
) -> Catalogue:
    """Read the objects of ``schemas``: tables, columns, policies, functions, triggers, grants, …

    With ``details`` also what no deployment records, such as a sequence's parameters. Must run in a
    transaction. Raises DatabaseNotReady when a table stays locked for longer than it waits.
    """
    cursor = psycopg.RawCursor(connection)
    found: Catalogue = {}
    try:
        # Names in a definition depend on the search path; the savepoint puts the caller's back.
        with connection.transaction(force_rollback=True):
            connection.execute(_SEARCH_PATH)
            for query in (*_QUERIES, *(_DETAILS if details else ())):
                cursor.execute(_query(query).encode(), [list(schemas)])
                found |= {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}
    except psycopg.errors.LockNotAvailable as error:
        raise DatabaseNotReady(
            "another session has locked a table, so its definition cannot be read. Try again when "
            "that session has ended."
        ) from error
    return found


def recorded(connection: psycopg.Connection[Any], schemas: Sequence[str]) -> Catalogue:
    """Return what the last deployments left behind in ``schemas``."""
    rows = connection.execute(
        "select schema_name, kind, identity, definition from deploy.objects "
        "where schema_name = any (%s)",
        (list(schemas),),
    ).fetchall()
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def record(connection: psycopg.Connection[Any], changes: Sequence[Change]) -> None:
    """Write what a deployment changed into ``deploy.objects``."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "delete from deploy.objects as o "
            "where o.schema_name = %s and o.kind = %s and o.identity = %s",
            [change.key for change in changes],
        )
        cursor.executemany(
            "insert into deploy.objects (schema_name, kind, identity, definition) "
            "values (%s, %s, %s, %s)",
            [
                (*change.key, change.definition)
                for change in changes
                if change.definition is not None
            ],
        )


def remember_statement(schemas: Sequence[str]) -> str:
    """Return SQL for psql that keeps in a variable what the objects of ``schemas`` are like."""
    return (
        f"savepoint orgscope_catalogue;\n{_SEARCH_PATH};\n{_now(schemas)}\n"
        "select coalesce(jsonb_agg(jsonb_build_array(schema_name, kind, identity, digest)), '[]')\n"
        f"  as {_VARIABLE} from now\n\\gset\nrollback to savepoint orgscope_catalogue;\n"
    )


def record_statement(schemas: Sequence[str]) -> str:
    """Return SQL for psql that records what changed since `remember_statement`.

    The search path is another one afterwards, to the end of the transaction.
    """
    return f"{_SEARCH_PATH};\n{_now(schemas)},\n{_CHANGED.format(variable=_VARIABLE)};\n"


def digest(connection: psycopg.Connection[Any], schemas: Sequence[str]) -> str:
    """Return a digest of the objects of ``schemas``; in a transaction."""
    with connection.transaction(force_rollback=True):
        connection.execute(_SEARCH_PATH)
        row = connection.execute(f"{_now(schemas)}\n{_DIGEST}".encode()).fetchone()
    return str(row and row[0])


def require_digest(schemas: Sequence[str], expected: str) -> str:
    """Return SQL that raises when the objects of ``schemas`` have another `digest` than this."""
    return _REQUIRE_DIGEST.format(
        search_path=_SEARCH_PATH,
        query=f"{_now(schemas)}\n{_DIGEST}",
        digest=expected,
        schemas=", ".join(schemas),
    )


def _now(schemas: Sequence[str]) -> str:
    literal = "array[" + ", ".join(f"'{schema}'" for schema in schemas) + "]"
    queries = (
        f"select schema_name::text, kind, identity, definition from (\n{_query(query)}\n) as q"
        for query in _QUERIES
    )
    text = "\nunion all\n".join(queries).replace("$1", literal)
    return (
        "with now as materialized (\n"
        "select o.*, encode(sha256(convert_to(o.definition, 'UTF8')), 'hex') as digest\n"
        f"from (\n{text}\n) as o\n)"
    )


def compare(before: Catalogue, after: Catalogue) -> list[Change]:
    """Return what changes from ``before`` to ``after``, in the order of schema, kind, identity."""
    changes = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        schema, kind, identity = key
        verb: Literal["create", "drop", "change"]
        verb = "create" if old is None else "drop" if new is None else "change"
        earlier, later = (_spelled_out(kind, one or "").splitlines() for one in (old, new))
        lines = unified_diff(earlier, later, lineterm="", n=1)
        diff = "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))
        changes.append(Change(verb, kind, identity, diff, schema, new, old))
    return changes


def _spelled_out(kind: str, definition: str) -> str:
    """Return a definition as it is shown: with the command of a policy in words."""
    if kind != "policy":
        return definition
    return _COMMAND.sub(lambda found: POLICY_COMMANDS[found[0]], definition, count=1)


def _query(name: str) -> str:
    text = (core().sql / "queries" / f"catalogue_{name}.sql").read_text("utf-8")
    return text.rstrip().removesuffix(";")
