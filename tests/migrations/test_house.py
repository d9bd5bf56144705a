"""The rules of the house for SQL: one object in one file, five header lines, a comment on all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orgscope import errors
from orgscope.deploy import Project, core
from orgscope.deploy.statements import split
from orgscope.repeatable_files import repeatable_files
from tests.database import Database
from tests.migrations.frozen import ROOT

BOOKING = Project.load(ROOT / "booking")
FILES = [
    pytest.param(project.root / file.path, file.path, id=f"{project.name}:{file.path}")
    for project in (core(), BOOKING)
    for file in repeatable_files(project, "orgscope")
]
SQL_FILES = [
    pytest.param(path, id=path.relative_to(ROOT).as_posix())
    for folder in ("sql", "booking/sql")
    for path in sorted((ROOT / folder).rglob("*.sql"))
]
REVISIONS = [
    pytest.param(path, id=path.relative_to(ROOT).as_posix())
    for folder in ("migrations/versions", "booking/migrations/versions")
    for path in sorted((ROOT / folder).glob("*.py"))
]
HEADER = re.compile(
    r"-- [A-Z].*[.]\n(?:--      .*\n|-- [a-z`].*\n)*"
    r"-- Flow: .+\n(?:--  .*\n)*-- Runs as: .+\n(?:--  .*\n)*"
    r"-- Raises: .+\n(?:--  .*\n)*-- Why: .+\n"
)
# Errors that only Python raises; files and versions are not the database's business.
PYTHON_ONLY = {"WS401", "WS402", "WS403", "WS501"}

WITHOUT_COMMENT = """
with namespaces as (select oid, nspname from pg_namespace where nspname = any (%s)),
objects as (
  select 'pg_namespace'::regclass as class, n.oid, 0 as part from namespaces as n
  union all
  select 'pg_class'::regclass, c.oid, 0 from pg_class as c
  join namespaces as n on c.relnamespace = n.oid
  where c.relkind in ('r', 'p', 'v', 'm') and c.relname !~ '_head$'
  union all
  select 'pg_class'::regclass, c.oid, a.attnum from pg_class as c
  join namespaces as n on c.relnamespace = n.oid
  join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relname !~ '_head$'
  union all
  select 'pg_proc'::regclass, p.oid, 0 from pg_proc as p
  join namespaces as n on p.pronamespace = n.oid
  union all
  select 'pg_trigger'::regclass, t.oid, 0 from pg_trigger as t
  join pg_class as c on t.tgrelid = c.oid join namespaces as n on c.relnamespace = n.oid
  where not t.tgisinternal
  union all
  select 'pg_type'::regclass, t.oid, 0 from pg_type as t
  join namespaces as n on t.typnamespace = n.oid left join pg_class as c on t.typrelid = c.oid
  where t.typtype in ('e', 'd') or c.relkind = 'c'
)
select pg_describe_object(o.class, o.oid, o.part) from objects as o
where not exists (
  select from pg_description as d
  where d.classoid = o.class and d.objoid = o.oid and d.objsubid = o.part
)
order by 1
"""


def statements(path: Path) -> list[str]:
    return [
        re.sub(r"\s+", " ", re.sub("--.*", "", statement.text)).strip()
        for statement in split(path.read_text("utf-8"))
    ]


def test_catalogue__every_object__has_a_comment(database: Database) -> None:
    assert database.rows(WITHOUT_COMMENT, (list(core().schemas),)) == []


def test_errcodes__sql_and_python__know_the_same() -> None:
    in_sql = {
        code
        for path in (*core().sql.rglob("*.sql"), *core().migrations.rglob("*.sql"))
        for code in re.findall("'(WS[0-9]{3})'", path.read_text("utf-8"))
    }
    classes = [getattr(errors, name) for name in errors.__all__]
    in_python = {
        str(one.sqlstate)
        for one in classes
        if isinstance(one, type) and issubclass(one, errors.SqlError) and one.sqlstate
    }
    assert in_sql <= in_python
    assert in_python - in_sql <= PYTHON_ONLY
    assert in_python >= PYTHON_ONLY


@pytest.mark.parametrize("path", SQL_FILES)
def test_sql_file__is_short_and_has_its_header(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 80
    assert HEADER.match(text), "expected: sentence, Flow:, Runs as:, Raises:, Why:"


@pytest.mark.parametrize(("path", "identity"), FILES)
def test_repeatable_file__defines_the_object_of_its_path(path: Path, identity: str) -> None:
    top, schema, *kind, file = identity.split("/")
    name = file.removesuffix(".sql")
    made = [text for text in statements(path) if text.startswith("create ")]
    match [top, *kind]:
        case ["policies"]:
            # What is not the table's own is not in its file.
            assert made
            for text in statements(path):
                assert f"{schema}.{name}" in text, text
        case ["sql", "functions"]:
            quoted = f'{schema}[.]"?{re.escape(name)}"? ?[(]'
            assert len(made) == 1
            assert re.match(f"create or replace (function|procedure) {quoted}", made[0])
        case ["sql", "views"]:
            assert len(made) == 1
            assert made[0].startswith(f"create or replace view {schema}.{name} ")
        case ["sql", "triggers"]:
            assert made
            for text in made:
                assert re.match(
                    rf"create or replace trigger _\d{{3}}_\w+ .* on {schema}[.]{name} ", text
                )
        case _:
            assert file == "schema.sql"
            assert not made
            for text in statements(path):
                assert f"schema {schema} " in text, text


@pytest.mark.parametrize("path", REVISIONS)
def test_revision__python_file__says_nothing_that_the_sql_file_does_not(path: Path) -> None:
    text = path.read_text("utf-8")
    number = path.name.split("_")[0]
    sentence = text.splitlines()[0].removeprefix('"""').removesuffix('"""')
    assert path.with_suffix(".sql").read_text("utf-8").splitlines()[0] == f"-- {sentence}"
    down = "None" if number == "0001" else f'"{int(number) - 1:04}"'
    assert text.splitlines()[1:] == [
        "",
        "from orgscope.deploy import revision as revisions",
        "",
        f'revision = "{number}"',
        f"down_revision = {down}",
        "",
        "",
        "def upgrade() -> None:",
        "    revisions.run(__file__, revision)",
        "",
        "",
        "def downgrade() -> None:",
        "    revisions.refuse_downgrade(revision)",
    ]
