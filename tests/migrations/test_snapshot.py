"""Who may do what with core and booking, as it was reviewed."""

from __future__ import annotations

from orgscope import deploy
from orgscope.connection import connect
from orgscope.deploy import Project
from orgscope.snapshot import policies_text
from tests.database import Database
from tests.migrations.frozen import ROOT

SNAPSHOT = ROOT / "tests" / "snapshots" / "policies.txt"


def test_policies_text__other_prefix_of_roles__same_as_the_file(empty: Database) -> None:
    project = Project.load(ROOT / "booking")
    deploy.migrate(empty.settings, project)
    with connect(empty.settings, "dba") as connection:
        text = policies_text(connection, project, empty.settings.role_prefix)
    assert text == SNAPSHOT.read_text("utf-8"), (
        "who may do what has changed. Run `make snapshot`, and read its diff."
    )
