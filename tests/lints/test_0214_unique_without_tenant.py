"""Lint 0214: a key of a tenant's table is unique among all tenants."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0214"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.fixture(autouse=True)
def projects(scratch: Scratch) -> None:
    """Make a table whose keys the cases add, and which requests write."""
    scratch.run(
        "create table app.projects (id uuid primary key, org_id uuid, name text, code text, "
        "number serial, year integer generated always as (2026) stored, "
        "note uuid references app.notes, days int4range)",
        "alter table app.projects enable row level security",
        f"create policy own on app.projects for all to {REQUEST} using ({OWN})",
        f"grant insert on app.projects to {REQUEST}",
    )


@pytest.mark.parametrize(
    ("statement", "identity"),
    [
        ("alter table app.projects add constraint k unique (name, code)", "app.projects.k"),
        ("alter table app.projects add constraint k unique (name) include (org_id)", "app.projects.k"),
        ('create unique index "K" on app.projects (lower(name)) where code is null',
         'app.projects."K"'),
    ],
)  # fmt: skip
def test_key__unique_among_all_tenants__found_until_mended(
    scratch: Scratch, statement: str, identity: str
) -> None:
    scratch.run(statement)
    assert scratch.found(NUMBER) == [identity]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statements",
    [
        ("alter table app.projects add constraint k exclude using gist (days with &&)",),
        ("alter table app.projects drop constraint projects_pkey, add constraint k primary key (name)",),
        ("alter table app.projects add constraint k unique (name)",
         "create table app.tasks (project text references app.projects (name))"),
    ],
    ids=["exclusion", "primary key", "referenced"],
)  # fmt: skip
def test_key__whose_change_is_a_decision__found_without_a_fix(
    scratch: Scratch, statements: tuple[str, ...]
) -> None:
    scratch.run(*statements)
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("app.projects.k", "")


@pytest.mark.parametrize(
    "statements",
    [
        (),
        ("create unique index on app.projects (org_id, name)",),
        ("create unique index on app.projects (number)",),
        ("create unique index on app.projects (year)",),
        ("create unique index on app.projects (name, note)",),
        ("create index on app.projects (name)",),
        ("create unique index on app.projects (name)",
         f"revoke insert on app.projects from {REQUEST}",
         f"grant insert (id, org_id) on app.projects to {REQUEST}"),
    ],
    ids=["uuid", "tenant", "counted", "generated", "foreign key", "not unique", "not written"],
)  # fmt: skip
def test_key__that_tells_nothing_of_others__clean(
    scratch: Scratch, statements: tuple[str, ...]
) -> None:
    scratch.run(*statements)
    assert scratch.found(NUMBER) == []


def test_key__of_the_table_of_the_tenants__clean(scratch: Scratch) -> None:
    scratch.run(
        "create table app.orgs (id uuid primary key, slug text unique)",
        "alter table app.orgs enable row level security",
        f"create policy own on app.orgs for all to {REQUEST} using (id = app.sealed_org_id())",
        f"grant all on app.orgs to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
