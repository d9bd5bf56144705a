"""``orgscope policy new``: what it refuses, leaves, and says of what it decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope import table_files
from orgscope.errors import ConfigurationError, FileFailed
from orgscope.table_files import Wish, Written
from tests.migrations.projects import edit, write
from tests.table_files.conftest import ROOMS, Shop


def test_new__tenants_of_rows_unknown__revision_fails_on_them_and_says_what_to_do(
    shop: Shop,
) -> None:
    shop.revise(ROOMS)
    shop.database.admin.execute("insert into shop.rooms (name) values ('mine')")
    before = shop.texts()
    with pytest.raises(FileFailed, match="0003_complete_rooms.sql.* contains null values"):
        shop.new("shop.rooms")
    assert shop.texts() == before
    shop.database.admin.execute("delete from shop.rooms")
    shop.new("shop.rooms")
    text = shop.texts()["migrations/versions/0003_complete_rooms.sql"]
    assert "-- It fails while a row is without an organization: say here first whose" in text


@pytest.mark.parametrize(
    ("statement", "wish", "message"),
    [
        ("create table shop.x (id integer)", {}, "no column org_id.* --tenant"),
        ("create table shop.x (org_id integer)", {}, "org_id is integer: expected text"),
        ("create table shop.x (org_id text)", {"person": "user_id"}, "no column user_id.*--person"),
        ("create view shop.x as select 1 as one", {}, "shop.x is no table"),
        (
            "create table shop.p (a integer, org_id text, unique (a)); create table shop.x "
            "(org_id text, a integer references shop.p (a) on update set null)",
            {},
            "constraint x_a_fkey of shop.x needs org_id.*ON UPDATE SET NULL",
        ),
    ],
)
def test_new__cannot_be_said_whose_rows_they_are__writes_nothing(
    shop: Shop, statement: str, wish: dict[str, str], message: str
) -> None:
    shop.revise(f"{statement};")
    before = shop.texts()
    with pytest.raises(ConfigurationError, match=message):
        shop.new("shop.x", **wish)
    assert shop.texts() == before


def test_new__several_things_wrong__all_are_said_at_once(shop: Shop) -> None:
    shop.revise(
        """create table shop.p (a integer primary key, b integer unique, org_id text);
        create table shop.x (
          a integer references shop.p on update set null,
          b integer references shop.p (b) on update set default
        );
        create table shop.y (id integer);"""
    )
    wishes = [Wish(f"shop.{name}") for name in ("p", "x", "y")]
    with pytest.raises(ConfigurationError) as refused:
        table_files.refuse(shop.project, wishes, shop.database.settings)
    said = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in said] == [
        "constraint x_a_fkey of shop.x needs org_id, and cannot keep what else it says with one "
        "column more",
        "constraint x_b_fkey of shop.x needs org_id, and cannot keep what else it says with one "
        "column more",
        "shop.x, shop.y",
    ]


def test_new__points_at_rows_of_people__asks_for_the_person(shop: Shop) -> None:
    shop.new("shop.wishes", "user", person="user_id")
    shop.revise(
        """create table shop.gifts (
          org_id text collate "C" not null, giver_id text collate "C" not null,
          for_id text collate "C" not null, wish_id uuid not null, id integer not null,
          primary key (org_id, id),
          foreign key (for_id, wish_id) references shop.wishes (user_id, id)
        );"""
    )
    with pytest.raises(ConfigurationError, match="belong to people.*--person"):
        shop.new("shop.gifts")
    shop.new("shop.gifts", person="for_id")


def test_new__schema_is_closed_to_requests__says_what_to_write(shop: Shop) -> None:
    edit(shop.project, "sql/shop/schema.sql", "to orgscope_user,", "to")
    shop.revise("revoke all on schema shop from orgscope_user;")
    with pytest.raises(ConfigurationError, match="grant usage on schema shop to orgscope_user;"):
        shop.new("shop.rooms")


def test_new__files_are_there__overwrites_nothing(shop: Shop) -> None:
    shop.new("shop.rooms")
    before = shop.texts()
    with pytest.raises(ConfigurationError, match="policies/shop/rooms.sql exists"):
        shop.new("shop.rooms")
    (shop.project.policies / "shop/rooms.sql").unlink()
    with pytest.raises(ConfigurationError, match="has an entry for shop.rooms"):
        shop.new("shop.rooms")
    write(shop.project, "policies/shop/rooms.sql", before["policies/shop/rooms.sql"])
    assert shop.texts() == before


def shown(written: Written) -> list[tuple[str, str]]:
    """Return each note with the line that it shows."""
    return [
        (
            f"{note.text} ({note.what})" if note.what else note.text,
            note.place.path.read_text("utf-8").splitlines()[note.place.line - 1]
            if note.place.line
            else note.place.path.name,
        )
        for note in written.notes
    ]


def test_new__decided_for_others__each_is_said_with_its_line(shop: Shop) -> None:
    shop.revise(
        """create table shop.guests (
          id bigint generated always as identity primary key,
          org_id text, number text unique, archived_at timestamptz,
          made_at timestamptz not null default now(),
          seen_at timestamptz not null default now(), unique (id, seen_at)
        );
        create unique index guests_lower on shop.guests (lower(number));"""
    )
    entry = '[tables."shop.guests"]'
    assert shown(shop.new("shop.guests")) == [
        (
            "members insert, update and delete the organization's rows",
            "create policy update_own_org on shop.guests for update to orgscope_user",
        ),
        (
            "requests do not send id, seen_at: by the error they would learn which values others have",
            "grant insert (org_id, number, archived_at) on shop.guests to orgscope_user;",
        ),
        (
            "requests do not send made_at: the database does",
            "grant insert (org_id, number, archived_at) on shop.guests to orgscope_user;",
        ),
        (
            "administrators and auditors read all rows, after giving a reason",
            "create policy select_admin on shop.guests for select to orgscope_admin",
        ),
        (
            "org_id may be null: the revision says NOT NULL, and fails while a row has none",
            "-- It fails while a row is without an organization: say here first whose such rows "
            "are, or",
        ),
        (
            "a key over all tenants tells by its error that another one has the value, and the "
            "isolation test fails. Put org_id into it by a revision, or write its name into the "
            'contract, such as global_keys = ["x_key"] (guests_lower, guests_number_key)',
            entry,
        ),
        (
            "rows are shown whatever such a column says. Where it means deleted, take the files "
            "away and write them with --deleted COLUMN, a timestamptz: a condition in the select "
            "policy alone lets nobody set it (archived_at)",
            "create policy select_own_org on shop.guests for select to orgscope_user",
        ),
    ]
    contract = shop.project.policies / "contract.toml"
    said = 'global_keys = ["guests_lower", "guests_number_key"]'
    contract.write_text(contract.read_text("utf-8").replace(entry, f"{entry}\n{said}"), "utf-8")
    shop.prove("shop.guests")


def test_new__column_of_deleted_rows_is_none__refused(shop: Shop) -> None:
    shop.revise("create table shop.rooms (id int primary key, org_id text, gone_at date);")
    with pytest.raises(ConfigurationError, match="column gone_at is date: expected a timestamp"):
        shop.new("shop.rooms", deleted="gone_at")


@pytest.mark.parametrize(
    ("more", "holder"),
    [
        (
            ", foreign key (org_id) references shop.practices",
            "constraint rooms_org_id_fkey on table shop.rooms",
        ),
        ("); create view shop.all_rooms as (select org_id from shop.rooms", "view shop.all_rooms"),
        (
            ", key text generated always as (lower(org_id)) stored",
            "default value for column key of table shop.rooms",
        ),
        (", unique (org_id, id)) partition by list (org_id", "partition key of shop.rooms"),
    ],
)
def test_new__something_needs_the_collation_as_it_is__said_and_left(
    shop: Shop, more: str, holder: str
) -> None:
    shop.revise(
        "create table shop.practices (id text primary key);\n"
        f"create table shop.rooms (org_id text not null, id integer not null{more});"
    )
    written = shop.new("shop.rooms")
    (note,) = (one for one in written.notes if one.is_open)
    assert "org_id is sorted by the rules of a language" in note.text
    assert note.what == holder
    assert "collate" not in "".join(map(Path.read_text, written.files[:-2]))
