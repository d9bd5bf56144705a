"""Lint 0307: an index does what another one does too."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import Scratch

NUMBER = "0307"


@pytest.fixture(autouse=True)
def _docs(scratch: Scratch) -> None:
    scratch.run(
        "create table app.docs (id uuid primary key, org_id uuid, name text, live boolean, "
        "a bigint, b bigint, tags text[])"
    )


@pytest.mark.parametrize(
    "index",
    [
        "(a)",
        "(a) where live",
        "(lower(name))",
        "using gin (tags)",
        "(a) include (b, live)",
    ],
)
def test_index__twice__the_younger_one_is_found_until_mended(scratch: Scratch, index: str) -> None:
    scratch.run(f"create index i2 on app.docs {index}", f"create index i1 on app.docs {index}")
    scratch.run("create index i3 on app.docs (a) include (live, b)")
    [finding] = [one for one in scratch.findings(NUMBER) if one.identity == "app.i1"]
    assert finding.level is Level.WARNING
    assert "app.i2" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    ("more", "less", "level"),
    [
        ("unique index more on app.docs (a)", "index less on app.docs (a)", Level.WARNING),
        ("index more on app.docs (a) include (b)", "index less on app.docs (a)", Level.WARNING),
        ("index more on app.docs (a, b)", "index less on app.docs (a)", Level.INFO),
        ("unique index more on app.docs (a, b)", "index less on app.docs (a)", Level.INFO),
        ("index more on app.docs (a, b)", "index less on app.docs (a) include (b)", Level.INFO),
        ("index more on app.docs ((a + 1), b)", "index less on app.docs ((a + 1))", Level.INFO),
    ],
)
@pytest.mark.parametrize("is_older", [True, False])
def test_index__another_does_more__found_until_mended(
    scratch: Scratch, more: str, less: str, level: Level, is_older: bool
) -> None:
    scratch.run(*(f"create {one}" for one in ((less, more) if is_older else (more, less))))
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.less", level)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_index__of_a_constraint__stays_and_the_other_goes(scratch: Scratch) -> None:
    scratch.run("create unique index by_id on app.docs (id)")
    assert scratch.found(NUMBER) == ["app.by_id"]
    scratch.mend(NUMBER)
    scratch.run("alter table app.docs add constraint twice unique (id)")
    [finding] = scratch.findings(NUMBER)
    assert finding.fix == "alter table app.docs drop constraint twice;"
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_index__that_a_foreign_key_refers_to__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(
        "create unique index by_a on app.docs (a)",
        "create table app.pages (a bigint references app.docs (a))",
        "alter table app.docs add unique (a)",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("app.by_a", "")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("index i1 on app.docs (a, b)", "index i2 on app.docs (b)"),
        ("index i1 on app.docs (a, b)", "unique index i2 on app.docs (a)"),
        ("unique index i1 on app.docs (a)", "unique index i2 on app.docs (a, b)"),
        ("index i1 on app.docs (a)", "index i2 on app.docs using hash (a)"),
        ("index i1 on app.docs (a)", "index i2 on app.docs (a) where live"),
        ("index i1 on app.docs (a desc)", "index i2 on app.docs (a, b)"),
        ("index i1 on app.docs (name)", "index i2 on app.docs (name text_pattern_ops)"),
        ("index i1 on app.docs (name)", 'index i2 on app.docs (name collate "C", a)'),
        ("index i1 on app.docs (lower(name))", "index i2 on app.docs (upper(name))"),
        ("index i1 on app.docs (a, b)", "index i2 on app.docs (a) include (live)"),
        ("index i1 on app.docs (a)", "index i2 on app.heirs (a)"),
        ("unique index i1 on app.docs (a)", "unique index i2 on app.docs (a) nulls not distinct"),
        ("index i1 on app.docs using gin (tags)", "index i2 on app.docs using gin (tags, tags)"),
    ],
)
def test_index__that_does_something_of_its_own__clean(
    scratch: Scratch, first: str, second: str
) -> None:
    scratch.run("create table app.heirs () inherits (app.docs)")
    scratch.run(f"create {first}", f"create {second}")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "mark",
    [
        "alter table app.docs cluster on by_a",
        "alter table app.docs add constraint once exclude (a with =); drop index app.by_a",
    ],
)
def test_index__that_is_clustered_by_or_excludes__stays(scratch: Scratch, mark: str) -> None:
    scratch.run("create index by_a on app.docs (a)", "create index by_a_b on app.docs (a, b)", mark)
    assert scratch.found(NUMBER) == []


def test_index__of_partitions__only_that_of_the_parent(scratch: Scratch) -> None:
    scratch.run(
        "create table app.parts (id uuid, a bigint) partition by hash (id)",
        "create table app.part_0 partition of app.parts for values with (modulus 1, remainder 0)",
        "create index i1 on app.parts (a)",
        "create index i2 on app.parts (a, id)",
    )
    assert scratch.found(NUMBER) == ["app.i1"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []
