"""Throw-away projects: a folder of a test's own, with a table under row security when asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

from orgscope.deploy import Project, core, new_revision

NAME = "shop"

TABLE = """create table shop.notes (
  org_id text collate "C" not null,
  id integer not null,
  body text not null default '',
  constraint notes_pkey primary key (org_id, id)
);
"""
POLICIES = """-- Who may do what with shop.notes.

call authz.reset_policies('shop.notes');

create policy select_own_org on shop.notes for select to orgscope_user
using (org_id = (select authz.org_id()));
create policy all_definer on shop.notes for all to orgscope_definer using (true) with check (true);

revoke all on shop.notes from public;
revoke all on shop.notes from orgscope_user;
grant select on shop.notes to orgscope_user;
"""


def add_revision(project: Project, name: str, text: str) -> str:
    """Write the next revision and return its number."""
    python, sql = new_revision(project, name)
    sql.write_text(text, "utf-8")
    return python.name.split("_")[0]


def add_table(project: Project) -> None:
    """Add shop.notes, under FORCEd row security."""
    add_revision(project, "notes", TABLE)
    write(project, "policies/shop/notes.sql", POLICIES)


def write(project: Project, path: str, text: str) -> Path:
    """Write a file of the project."""
    file = project.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def edit(project: Project, path: str, old: str, new: str) -> None:
    """Replace text in a file of the project."""
    file = project.root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def copy_core(folder: Path) -> Project:
    """Return a copy of orgscope's own files, to be edited."""
    for name in ("sql", "policies", "migrations"):
        shutil.copytree(core().root / name, folder / name)
    return Project("core", folder, core().schemas)
