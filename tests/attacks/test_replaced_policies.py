"""While policies are replaced, somebody who polls never sees a row more."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from orgscope import deploy
from orgscope.deploy import Project
from tests.attacks.practices import EVENT_A, Practices
from tests.migrations.projects import edit
from tests.projects import BOOKING

SLOW = "select pg_catalog.pg_sleep(0.15);"
RESET = "call authz.reset_policies('app.events');"
OWN_ORG = "for select to orgscope_user\nusing (org_id = (select authz.org_id_or_null()));"


class Poller:
    """A member who reads without end, each time in a context of its own."""

    def __init__(self, practices: Practices) -> None:
        self.practices = practices
        self.seen: list[frozenset[str]] = []
        self.errors: list[str] = []
        self.ended = threading.Event()

    def poll(self) -> None:
        while not self.ended.is_set():
            try:
                with self.practices.attack() as connection:
                    rows = connection.execute("select id::text from app.events").fetchall()
            except psycopg.Error as error:
                self.errors.append(f"{error.sqlstate} {error}")
                return
            self.seen.append(frozenset(name for (name,) in rows))


@contextmanager
def polling(practices: Practices) -> Iterator[Poller]:
    poller = Poller(practices)
    thread = threading.Thread(target=poller.poll)
    thread.start()
    try:
        yield poller
    finally:
        poller.ended.set()
        thread.join()


def booking(folder: Path) -> Project:
    """Return booking's files, whose policies are replaced slowly, with a pause at each gap."""
    shutil.copytree(BOOKING, folder)
    project = Project.load(folder)
    path = "policies/app/events.sql"
    edit(project, path, RESET, f"{SLOW}\n{RESET}\n{SLOW}")
    edit(
        project,
        path,
        "revoke all on app.events from public;",
        f"{SLOW}\nrevoke all on app.events from public;",
    )
    edit(project, path, OWN_ORG, f"{OWN_ORG}\n{SLOW}")
    return project


def test_e36_policies_replaced_while_somebody_polls__never_a_row_more(
    practices: Practices, tmp_path: Path
) -> None:
    project = booking(tmp_path / "booking")
    with polling(practices) as poller:
        deploy.migrate(practices.database.settings, project)
        edit(
            project,
            "policies/app/events.sql",
            OWN_ORG,
            OWN_ORG.replace("));", ")\nand title <> '');"),
        )
        deploy.migrate(practices.database.settings, project)
        looked = len(poller.seen)
    assert poller.errors == []
    assert looked > 0
    assert set(poller.seen) == {frozenset({EVENT_A})}
