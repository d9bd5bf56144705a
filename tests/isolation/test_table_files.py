"""``orgscope policy new``: files that deploy, keep tenants apart, and say nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from orgscope import deploy, table_files
from orgscope.deploy import Project
from orgscope.errors import ConfigurationError, FileFailed
from orgscope.isolation import check_isolation
from orgscope.table_files import Wish, Written
from tests.database import Database
from tests.migrations.projects import NAME, add_revision, edit, write
from tests.tokens import ORG_ID, USER_ID

HOUSE = Path(__file__).parents[2]

ROOMS = """create table shop.rooms (
  id uuid primary key default gen_random_uuid(),
  org_id text,
  name text not null
);
"""
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


class Shop:
    """A project that is deployed as it was when files are asked for."""

    def __init__(self, database: Database, project: Project) -> None:
        self.database, self.project = database, project

    def revise(self, text: str) -> None:
        """Add a revision, and deploy it."""
        add_revision(self.project, "by_hand", text)
        deploy.migrate(self.database.settings, self.project)

    def new(self, *wish: str, **more: str) -> Written:
        """Write the files of a table."""
        return table_files.write(self.project, Wish(*wish, **more), self.database.settings)

    def texts(self) -> dict[str, str]:
        """Return all files of the project."""
        return {
            path.relative_to(self.project.root).as_posix(): path.read_text("utf-8")
            for path in self.project.root.rglob("*.*")
            if path.is_file() and path.suffix != ".pyc"
        }

    def revision(self, number: int) -> str:
        """Return the SQL of a revision, without its comments."""
        (path,) = (self.project.migrations / "versions").glob(f"{number:04}_*.sql")
        lines = path.read_text("utf-8").splitlines()
        return "\n".join(line for line in lines if not line.startswith("--")).strip()

    def prove(self, *names: str, mutants: bool = False) -> None:
        """See that nobody reaches anything that the contract does not give them."""
        self.database.admin.close()
        report = check_isolation(self.database.settings, self.project, only=names, mutants=mutants)
        found = [*report.leaks, *report.faults, *report.survivors]
        assert [str(one) for one in found] == []
        assert not mutants or report.fates


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """A new project, deployed."""
    project = deploy.init_project(tmp_path / NAME)
    deploy.migrate(database.settings, project)
    return Shop(database, project)


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
          made_at timestamptz not null default now()
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
            "requests do not send id: by the error they would learn which values others have",
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


def test_new__column_of_deleted_rows_is_none__refused(shop: Shop) -> None:
    shop.revise("create table shop.rooms (id int primary key, org_id text, gone_at date);")
    with pytest.raises(ConfigurationError, match="column gone_at is date: expected a timestamp"):
        shop.new("shop.rooms", deleted="gone_at")


@pytest.mark.parametrize(
    ("more", "holder"),
    [
        (", foreign key (org_id) references shop.practices", "constraint rooms_org_id_fkey"),
        ("); create view shop.all_rooms as (select org_id from shop.rooms", "view shop.all_rooms"),
        (", key text generated always as (lower(org_id)) stored", "column key of table shop.rooms"),
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
    assert holder in note.what
    assert "collate" not in "".join(map(Path.read_text, written.files[:-2]))
