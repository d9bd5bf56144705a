"""``orgscope policy new``: files that deploy, keep tenants apart, and say nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from orgscope import deploy
from orgscope.errors import ConfigurationError
from orgscope.table_files import Written
from tests.table_files.conftest import ROOMS, Shop
from tests.tokens import ORG_ID, USER_ID

HOUSE = Path(__file__).parents[2]

BOOKINGS = """create table shop.kinds (code text primary key);
insert into shop.kinds values ('long');
create table shop.bookings (
  id uuid primary key default gen_random_uuid(),
  org_id text not null,
  "order" integer,
  number bigint generated always as identity,
  room_id uuid references shop.rooms on delete set null,
  earlier_id uuid references shop.bookings on delete cascade,
  kind text default 'long' references shop.kinds,
  title text not null,
  title_key text generated always as (lower(title)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default current_timestamp
);
create index on shop.bookings (kind);
"""


def lint(written: Written) -> None:
    """Pass our own linters."""
    files = [path for path in written.files if path.suffix == ".sql"]
    revisions = [path for path in files if path.parent.name == "versions"]
    sqlfluff = [sys.executable, "-m", "sqlfluff", "lint", "--config", HOUSE / ".sqlfluff", *files]
    squawk = [Path(sys.executable).with_name("squawk"), "--config", HOUSE / ".squawk.toml"]
    for words in (sqlfluff, [*squawk, *revisions]):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    for path in files:
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) <= 80
        assert max(map(len, lines)) <= 100


def test_new__no_table__made_and_proven(shop: Shop) -> None:
    written = shop.new("shop.rooms", person="owner_id")
    assert [path.relative_to(shop.project.root).as_posix() for path in written.files] == [
        "migrations/versions/0002_add_rooms.py",
        "migrations/versions/0002_add_rooms.sql",
        "policies/shop/rooms.sql",
        "policies/contract.toml",
    ]
    lint(written)
    assert not deploy.plan(shop.database.settings, shop.project)
    shop.prove("shop.rooms")


def test_new__no_table_of_another_scope__proven(shop: Shop) -> None:
    shop.new("shop.wishes", "user", person="user_id")
    shop.new("shop.kinds", "shared")
    shop.new("shop.desks", organization="practice_id")
    assert "primary key (practice_id, id)" in shop.revision(4)
    shop.prove("shop.wishes", "shop.kinds", "shop.desks")


def test_new__tables_are_there__what_they_lack_and_proven_with_mutants(shop: Shop) -> None:
    shop.revise(ROOMS + BOOKINGS)
    shop.new("shop.kinds", "shared")
    rooms = shop.new("shop.rooms")
    assert shop.revision(3).splitlines() == [
        'alter table shop.rooms alter column org_id type text collate "C";',
        "alter table shop.rooms alter column org_id set not null;",
        "alter table shop.rooms add constraint rooms_org_id_id_key unique (org_id, id);",
    ]
    bookings = shop.new("shop.bookings")
    assert shop.revision(4).splitlines() == [
        'alter table shop.bookings alter column org_id type text collate "C";',
        "alter table shop.bookings add constraint bookings_org_id_id_key unique (org_id, id);",
        "alter table shop.bookings add constraint bookings_org_id_earlier_id_fkey",
        "foreign key (org_id, earlier_id)",
        "references shop.bookings (org_id, id) on delete cascade not valid;",
        "alter table shop.bookings validate constraint bookings_org_id_earlier_id_fkey;",
        "alter table shop.bookings drop constraint bookings_earlier_id_fkey;",
        "alter table shop.bookings add constraint bookings_org_id_room_id_fkey",
        "foreign key (org_id, room_id)",
        "references shop.rooms (org_id, id) on delete set null (room_id) not valid;",
        "alter table shop.bookings validate constraint bookings_org_id_room_id_fkey;",
        "alter table shop.bookings drop constraint bookings_room_id_fkey;",
        "create index bookings_org_id_earlier_id_idx on shop.bookings (org_id, earlier_id);",
        "create index bookings_org_id_room_id_idx on shop.bookings (org_id, room_id);",
    ]
    texts = shop.texts()
    assert (
        "-- unforced: shop.rooms\n-- rows: 0\n"
        in texts["migrations/versions/0004_complete_bookings.sql"]
    )
    granted = " ".join(texts["policies/shop/bookings.sql"].split())
    written = '"order", room_id, earlier_id, kind, title'
    assert f"grant insert (org_id, {written}) on shop.bookings to orgscope_user;" in granted
    assert f"grant update ( {written}, updated_at ) on shop.bookings to orgscope_user;" in granted
    lint(rooms)
    lint(bookings)
    assert not deploy.plan(shop.database.settings, shop.project)
    shop.prove("shop.rooms", "shop.bookings", "shop.kinds", mutants=True)


def test_new__key_of_a_sequence__requests_take_the_next_value_and_read_none(shop: Shop) -> None:
    shop.revise(
        "create table shop.rooms (id bigserial primary key, "
        'org_id text collate "C" not null, name text not null);'
    )
    written = shop.new("shop.rooms")
    text = shop.texts()["policies/shop/rooms.sql"]
    assert "grant usage on sequence shop.rooms_id_seq to orgscope_user;" in text
    assert "revoke all on sequence shop.rooms_id_seq from public, orgscope_user;" in text
    lint(written)
    shop.prove("shop.rooms")


def test_new__shared_with_a_column_of_the_tenant__refused(shop: Shop) -> None:
    shop.revise(ROOMS)
    with pytest.raises(ConfigurationError, match="are not the same for everybody"):
        shop.new("shop.rooms", "shared")


def test_new__all_is_there__no_revision(shop: Shop) -> None:
    shop.revise(
        """create table shop.rooms (
          org_id text collate "C" not null, id uuid not null, primary key (org_id, id)
        );
        create table shop.bookings (
          org_id text collate "C" not null, id uuid not null, room_id uuid,
          primary key (org_id, id), foreign key (org_id, room_id) references shop.rooms
        );
        create index on shop.bookings (room_id);"""
    )
    for name in ("rooms", "bookings"):
        written = shop.new(f"shop.{name}")
        assert len(written.files) == 2
        assert not any(note.is_open for note in written.notes)
    assert not deploy.plan(shop.database.settings, shop.project).revisions


def test_new__partitions__come_with_their_parent_and_have_a_policies_file_alone(shop: Shop) -> None:
    shop.revise(
        """create table shop.rooms (
          org_id text collate "C" not null, id integer not null, primary key (org_id, id),
          unique (org_id, id)
        ) partition by hash (org_id);
        create table shop.rooms_0 partition of shop.rooms for values with (modulus 2, remainder 0);
        create table shop."Rooms 1" partition of shop.rooms
          for values with (modulus 2, remainder 1) partition by range (id);
        create table shop.rooms_1_0 partition of shop."Rooms 1" default;
        create table shop.bookings (
          org_id text collate "C" not null, id integer not null, room_org text, room_id integer,
          primary key (org_id, id), foreign key (room_org, room_id) references shop.rooms
        );"""
    )
    assert [path.name for path in shop.new("shop.rooms_0").files] == ["rooms_0.sql"]
    assert [path.name for path in shop.new("shop.rooms").files] == [
        "rooms.sql",
        "Rooms 1.sql",
        "rooms_1_0.sql",
        "contract.toml",
    ]
    with pytest.raises(ConfigurationError, match="needs org_id"):
        shop.new("shop.bookings")
    assert "rooms_0" not in shop.texts()["policies/contract.toml"]
    shop.revise("drop table shop.bookings;")
    shop.prove("shop.rooms")


def test_new__rows_are_deleted_by_a_value__once_and_proven_with_mutants(shop: Shop) -> None:
    shop.revise(ROOMS.replace("name", "gone_at timestamptz, name"))
    shop.new("shop.rooms", deleted="gone_at")
    shop.new("shop.wishes", "user", person="user_id", deleted="deleted_at")
    database = shop.database
    database.put_key()
    database.add_member(USER_ID, ORG_ID)
    database.admin.execute("insert into shop.rooms (org_id, name) values (%s, 'x')", (ORG_ID,))
    later = "update shop.rooms set gone_at = clock_timestamp()"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.context() as request:
        request.execute(later)
    with database.context() as request:
        assert request.execute(later.replace("clock_timestamp", "now")).rowcount == 1
        request.execute("commit")
    with database.context() as request:
        assert request.execute("select from shop.rooms").rowcount == 0
    shop.prove("shop.rooms", "shop.wishes", mutants=True)
