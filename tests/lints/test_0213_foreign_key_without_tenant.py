"""Lint 0213: a foreign key between tables of tenants does not compare the tenant."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0213"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.fixture(autouse=True)
def pages(scratch: Scratch) -> None:
    """Make a table of tenants' rows that requests write, and that may point at the notes."""
    scratch.run(
        'create table app.pages (id uuid, org_id uuid, "Note" uuid)',
        "alter table app.pages enable row level security",
        f"create policy own on app.pages for all to {REQUEST} using ({OWN})",
        f"grant insert on app.pages to {REQUEST}",
    )


def key(columns: str = '"Note"', more: str = "") -> str:
    """Return the statement that makes the pages point at the notes."""
    return f"alter table app.pages add constraint k foreign key ({columns}) references app.notes {more}"


@pytest.mark.parametrize("more", ["", "on delete cascade deferrable", "(id) on update restrict"])
def test_foreign_key__without_the_tenant__found_until_mended(scratch: Scratch, more: str) -> None:
    scratch.run(key(more=more))
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.pages.k"
    assert finding.detail == (
        "It does not compare org_id, so a row may point at a row of app.notes that is another's."
    )
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []
    [(definition,)] = scratch.connection.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'k'"
    ).fetchall()
    assert all(word in definition.lower() for word in more.replace("(id)", "").split(" "))


def test_foreign_key__parent_has_the_key_already__none_is_added(scratch: Scratch) -> None:
    scratch.run("create unique index on app.notes (id, org_id)", key())
    [finding] = scratch.findings(NUMBER)
    assert "add unique" not in finding.fix
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_foreign_key__sets_null__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(key(more="on delete set null"))
    assert [one.fix for one in scratch.findings(NUMBER)] == [""]


@pytest.mark.parametrize(
    "statements",
    [
        ("create unique index on app.notes (org_id, id)", key('org_id, "Note"', "(org_id, id)")),
        ("alter table app.pages add foreign key (org_id) references app.notes",),
        (key(), f"revoke insert on app.pages from {REQUEST}"),
        (key(), f"revoke insert on app.pages from {REQUEST}",
         f"grant insert (id, org_id) on app.pages to {REQUEST}"),
        (key(), f'alter policy own on app.pages with check ({OWN} and exists ('
         'select from app.notes as n where n.id = pages."Note"))'),
        (key(), "create function app.can_point(uuid) returns boolean language sql return $1 is not null",
         f'alter policy own on app.pages with check ({OWN} and app.can_point("Note"))'),
    ],
    ids=["composite", "own", "no grant", "other columns", "read", "function"],
)  # fmt: skip
def test_foreign_key__that_cannot_cross_tenants__clean(
    scratch: Scratch, statements: tuple[str, ...]
) -> None:
    scratch.run(*statements)
    assert scratch.found(NUMBER) == []


def test_foreign_key__to_a_table_without_tenants__clean(scratch: Scratch) -> None:
    scratch.run(
        "create table app.kinds (id uuid primary key)",
        'alter table app.pages add foreign key ("Note") references app.kinds',
    )
    assert scratch.found(NUMBER) == []
