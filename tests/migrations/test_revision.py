"""Revisions that run alone, and revisions that touch rows under FORCEd row security."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.deploy.header import Header
from orgscope.errors import FileFailed
from tests.database import Database
from tests.migrations.conftest import NewDatabase
from tests.migrations.projects import add_revision, add_table

INDEX = """-- Index bodies.
-- transaction: no

drop index concurrently if exists shop.notes_body_idx;
create index concurrently notes_body_idx on shop.notes (body);
"""
UNFORCED = "-- Touch notes.\n-- unforced: shop.notes\n-- rows: {rows}\n\n"
FORCED = "select relforcerowsecurity from pg_class where oid = 'shop.notes'::regclass"


@pytest.fixture
def notes(empty: Database, project: Project) -> Database:
    """A deployed project with three notes of two organizations."""
    add_table(project)
    deploy.migrate(empty.settings, project)
    empty.admin.execute("insert into shop.notes values ('a', 1, ''), ('a', 2, ''), ('b', 1, '')")
    return empty


def head(database: Database) -> object:
    return database.rows("select version_num from deploy.shop_head")[0][0]


def test_alone__index__is_made_stamped_and_recorded(notes: Database, project: Project) -> None:
    add_revision(project, "index", INDEX)
    outcome = deploy.migrate(notes.settings, project)
    assert outcome.revisions == outcome.alone == ["shop 0003"]
    assert [str(change) for change in outcome.changes] == ["create index shop.notes_body_idx"]
    assert head(notes) == "0003"
    stamped = "select breaking from deploy.revisions where (project, revision) = ('shop', '0003')"
    assert notes.rows(stamped) == [(False,)]
    assert not deploy.migrate(notes.settings, project)
    assert not deploy.drift(notes.settings, project)


def test_alone__between_others__keeps_their_order(empty: Database, project: Project) -> None:
    add_table(project)
    add_revision(project, "index", INDEX)
    add_revision(project, "drop_index", "drop index shop.notes_body_idx;\n")
    outcome = deploy.migrate(empty.settings, project)
    assert outcome.revisions[-4:] == ["shop 0001", "shop 0002", "shop 0003", "shop 0004"]
    assert not deploy.drift(empty.settings, project)


def test_alone__later_revision_fails__what_ran_alone_stays(
    notes: Database, project: Project
) -> None:
    add_revision(project, "index", INDEX)
    add_revision(project, "broken", "select absent;\n")
    with pytest.raises(FileFailed, match="0004_broken"):
        deploy.migrate(notes.settings, project)
    assert head(notes) == "0003"
    assert not deploy.drift(notes.settings, project)


def test_alone__fails__is_not_stamped(notes: Database, project: Project) -> None:
    add_revision(project, "index", INDEX.replace("(body)", "(absent)"))
    with pytest.raises(FileFailed, match=r"0003_index[.]sql, line 5: .*absent"):
        deploy.migrate(notes.settings, project)
    assert head(notes) == "0002"


def test_alone__invalid_index_left_behind__refused_until_it_is_dropped(
    notes: Database, project: Project
) -> None:
    unique = "create unique index concurrently if not exists notes_body_key on shop.notes (body);\n"
    add_revision(project, "unique", f"-- transaction: no\n{unique}")
    with pytest.raises(FileFailed, match=r"0003_unique.*could not create unique index"):
        deploy.migrate(notes.settings, project)
    notes.admin.execute("update shop.notes set body = org_id || id")
    # The second run finds an index of that name and does nothing: it is still not valid.
    with pytest.raises(FileFailed, match=r"invalid index: shop.notes_body_key"):
        deploy.migrate(notes.settings, project)
    assert head(notes) == "0002"


def test_alone__as_owner__row_security_off(notes: Database, project: Project) -> None:
    add_revision(project, "read", "-- transaction: no\ntable shop.notes;\n")
    with pytest.raises(FileFailed, match=r"0003_read.*row-level security.*42501"):
        deploy.migrate(notes.settings, project)


def test_transactional__row_of_forced_table__raises(notes: Database, project: Project) -> None:
    add_revision(project, "touch", "update shop.notes set body = 'x';\n")
    with pytest.raises(FileFailed, match=r"0003_touch.*row-level security.*42501"):
        deploy.migrate(notes.settings, project)


WAYS = {
    "plain": "update shop.notes set body = 'x' where org_id = 'a';\n",
    "in a block": "do $$ begin update shop.notes set body = 'x' where org_id = 'a'; end $$;\n",
    "in a query": "with u as (update shop.notes set body = 'x' where org_id = 'a' returning 1)\n"
    "select count(*) from u;\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_unforced__right_count__changes_rows_and_forces_again(
    notes: Database, project: Project, way: str
) -> None:
    add_revision(project, "touch", UNFORCED.format(rows=2) + WAYS[way])
    deploy.migrate(notes.settings, project)
    assert notes.rows("select count(*) from shop.notes where body = 'x'") == [(2,)]
    assert notes.rows(FORCED) == [(True,)]
    assert not deploy.drift(notes.settings, project)


@pytest.mark.parametrize("way", WAYS)
def test_unforced__wrong_count__rolls_back_and_names_both(
    notes: Database, project: Project, way: str
) -> None:
    add_revision(project, "touch", UNFORCED.format(rows=3) + WAYS[way])
    with pytest.raises(FileFailed, match=r"0003_touch[.]sql: the header states 3 rows and 2 were"):
        deploy.migrate(notes.settings, project)
    assert notes.rows("select count(*) from shop.notes where body = 'x'") == [(0,)]
    assert notes.rows(FORCED) == [(True,)]
    assert head(notes) == "0002"


def test_unforced__counts_of_old_and_new_databases__both_work(
    notes: Database, new_database: NewDatabase, project: Project
) -> None:
    add_revision(project, "touch", UNFORCED.format(rows="0, 2") + WAYS["plain"])
    deploy.migrate(notes.settings, project)
    assert notes.rows("select count(*) from shop.notes where body = 'x'") == [(2,)]
    new = new_database(role_prefix="new")
    deploy.create_roles(new.settings)
    deploy.migrate(new.settings, project)
    assert head(new) == "0003"
    assert new.rows(FORCED) == [(True,)]


def test_unforced__two_revisions_in_one_run__are_counted_apart(
    notes: Database, project: Project
) -> None:
    add_revision(project, "first", UNFORCED.format(rows=2) + WAYS["plain"])
    add_revision(project, "second", UNFORCED.format(rows=3) + "delete from shop.notes;\n")
    deploy.migrate(notes.settings, project)
    assert notes.rows("select count(*) from shop.notes") == [(0,)]


def test_unforced__foreign_key__finds_the_orphan(notes: Database, project: Project) -> None:
    notes.admin.execute(
        "create table shop.replies (org_id text not null, note_id integer not null);"
        "insert into shop.replies values ('a', 1), ('b', 404);"
        f"alter table shop.replies owner to {notes.settings.role_prefix}_owner;"
        "alter table shop.replies enable row level security;"
        "alter table shop.replies force row level security"
    )
    foreign_key = (
        "alter table shop.replies add constraint replies_fkey\n"
        "foreign key (org_id, note_id) references shop.notes (org_id, id);\n"
    )
    add_revision(
        project, "fkey", "-- unforced: shop.notes, shop.replies\n-- rows: 0\n" + foreign_key
    )
    with pytest.raises(FileFailed, match=r"0003_fkey[.]sql, line 3: .*replies_fkey.*23503"):
        deploy.migrate(notes.settings, project)
    notes.admin.execute("delete from shop.replies where note_id = 404")
    deploy.migrate(notes.settings, project)
    assert notes.rows("select convalidated from pg_constraint where conname = 'replies_fkey'") == [
        (True,)
    ]


def test_unforced__foreign_key_without_header__refused(notes: Database, project: Project) -> None:
    add_revision(
        project,
        "fkey",
        "create table shop.replies (org_id text, note_id integer,\n"
        "foreign key (org_id, note_id) references shop.notes (org_id, id));\n"
        "alter table shop.notes add constraint self_fkey\n"
        "foreign key (org_id, id) references shop.notes (org_id, id);\n",
    )
    with pytest.raises(FileFailed, match=r"row-level security.*42501"):
        deploy.migrate(notes.settings, project)


def test_unforced__table_is_renamed_meanwhile__rolls_back(
    notes: Database, project: Project
) -> None:
    text = UNFORCED.format(rows=0) + "alter table shop.notes rename to memos;\n"
    add_revision(project, "touch", text)
    with pytest.raises(FileFailed, match=r"0003_touch[.]sql: .*shop.notes.* does not exist"):
        deploy.migrate(notes.settings, project)
    assert notes.rows(FORCED) == [(True,)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("-- breaking: perhaps\n", "breaking"),
        ("-- transactional: no\n", "transactional"),
        ("-- unforced: notes\n-- rows: 1\n", "unforced"),
        ("-- unforced: shop.notes\n", "go together"),
        ("-- rows: 1\n", "go together"),
        ("-- unforced: shop.notes\n-- rows: many\n", "rows"),
        ("-- breaking: no\n-- breaking: yes\n", "twice"),
        ("-- transaction: no\n-- unforced: shop.notes\n-- rows: 1\n", "needs a transaction"),
    ],
)
def test_header__wrong__refused(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "0001_x.sql"
    path.write_text(f"-- Do it.\n{lines}\nselect 1;\n", "utf-8")
    with pytest.raises(FileFailed, match=f"0001_x.sql.*{message}"):
        Header.of(path)


def test_header__all_lines__are_read(tmp_path: Path) -> None:
    path = tmp_path / "0001_x.sql"
    path.write_text(
        "-- Do it.\n-- breaking: yes\n-- unforced: a.b, c.d\n-- rows: 0, 12\n\nselect 1;\n"
        "-- rows: 13 is a comment further down\n",
        "utf-8",
    )
    assert Header.of(path) == Header(True, True, ("a.b", "c.d"), (0, 12))


def test_revision__writes_and_touches_no_row__refused_and_nothing_changed(
    notes: Database, project: Project
) -> None:
    add_revision(project, "rename", "update deploy.revisions set project = project where false;\n")
    with pytest.raises(FileFailed, match=r"0003_rename[.]sql: its statements touched no row"):
        deploy.migrate(notes.settings, project)
    with pytest.raises(FileFailed, match="touched no row"):
        deploy.plan(notes.settings, project)
    assert head(notes) == "0002"


def test_revision__says_that_it_may_touch_no_row__runs(notes: Database, project: Project) -> None:
    text = "-- rows: 0\n\ndelete from deploy.revisions where false;\n"
    add_revision(project, "rename", text)
    assert deploy.migrate(notes.settings, project).revisions == ["shop 0003"]


def test_revision__touches_a_row_by_one_of_its_statements__runs(
    notes: Database, project: Project
) -> None:
    text = """create table shop.kinds (kind text primary key);
insert into shop.kinds values ('letter');
delete from shop.kinds where kind = 'none';
"""
    add_revision(project, "kinds", text)
    assert deploy.migrate(notes.settings, project).revisions == ["shop 0003"]


def test_revision__new_deployment__has_no_row_to_touch(empty: Database, project: Project) -> None:
    add_table(project)
    add_revision(project, "rename", "update shop.notes set body = 'x';\n")
    assert deploy.migrate(empty.settings, project).revisions[-1] == "shop 0003"
