"""`orgscope init` and `orgscope revision`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orgscope import deploy, table_files
from orgscope.deploy import Project
from orgscope.errors import ConfigurationError
from tests.database import Database
from tests.migrations.projects import add_revision
from tests.tokens import ORG_ID


def test_init_project__new_folder__migrates_at_once(empty: Database, tmp_path: Path) -> None:
    project = deploy.init_project(tmp_path / "my-shop")
    assert project == Project.load(tmp_path / "my-shop")
    assert (project.name, project.schemas) == ("my_shop", ("my_shop",))
    assert (project.policies / "contract.toml").is_file()
    assert deploy.migrate(empty.settings, project).revisions[-1] == "my_shop 0001"
    assert not deploy.migrate(empty.settings, project)


def test_init_project__readme__its_first_table_works(empty: Database, tmp_path: Path) -> None:
    project = deploy.init_project(tmp_path / "diary")
    readme = (project.root / "README.md").read_text("utf-8")
    [table] = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    [name] = re.findall(r"`orgscope policy new (\S+)`", readme)
    add_revision(project, "add_notes", re.sub("^   ", "", table, flags=re.MULTILINE))
    deploy.migrate(empty.settings, project)
    table_files.write(project, table_files.Wish(name), empty.settings)
    empty.put_key()
    empty.add_member()
    with empty.context() as connection:
        connection.execute("insert into diary.notes (body) values ('hello')")
        assert connection.execute("select org_id, body from diary.notes").fetchall() == [
            (ORG_ID, "hello")
        ]


def test_init_project__files_there__overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    with pytest.raises(ConfigurationError, match=r"README.md exists"):
        deploy.init_project(tmp_path, "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize("name", ["core", "sync", "9lives", "a b", "Ä", ""])
def test_init_project__name_not_acceptable__leaves_nothing(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "x"
    if name == "":
        folder = tmp_path / "ÄÖ Ü"
    with pytest.raises(ConfigurationError):
        deploy.init_project(folder, name or None)
    assert not folder.exists()


def test_new_revision__next__counts_on(project: Project) -> None:
    python, sql = deploy.new_revision(project, "add_notes")
    assert (python.name, sql.name) == ("0002_add_notes.py", "0002_add_notes.sql")
    text = python.read_text("utf-8")
    assert 'revision = "0002"' in text
    assert 'down_revision = "0001"' in text
    assert sql.read_text("utf-8") == "-- Add notes.\n\n"


def test_new_revision__of_core__same_text_as_ours(project: Project) -> None:
    python, _ = deploy.new_revision(project, "x")
    ours = deploy.core().migrations / "versions" / "0002_verifier.py"
    lines = python.read_text("utf-8").splitlines()[1:]
    assert lines == ours.read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("name", ["", "Add", "add notes", "../x", "1st", "x" * 61])
def test_new_revision__name_not_acceptable__refused(project: Project, name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no name of a revision"):
        deploy.new_revision(project, name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not a project file"),
        ('[project]\nname = "a"\n', "project.schemas"),
        ('[project]\nname = "core"\nschemas = ["a"]\n', "are orgscope's"),
        ('[project]\nname = "a"\nschemas = ["authz"]\n', "are orgscope's"),
        ('[project]\nname = "a"\nschemas = ["a; drop"]\n', r"project.schemas.0"),
        ('[project]\nname = "a"\nschemas = ["a"]\nextra = 1\n', "project.extra"),
    ],
)
def test_project__file_wrong__says_what(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "orgscope.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=message):
        Project.load(tmp_path)


def test_project__file_missing__says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="orgscope init"):
        Project.load(tmp_path)
