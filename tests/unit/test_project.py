"""A project's revisions, as its files name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope.deploy.scripts import script_directory
from orgscope.errors import FileFailed
from orgscope.project import Project, core


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """The folder of the revisions of ``project_in``."""
    folder = tmp_path / "migrations" / "versions"
    folder.mkdir(parents=True)
    return folder


def project_in(folder: Path) -> Project:
    return Project("shop", folder, ("shop",))


def test_revisions__of_the_core__are_those_that_alembic_runs() -> None:
    known = {step.revision for step in script_directory(core()).walk_revisions()}
    assert core().revisions() == known != set()


def test_revisions__every_form_of_a_module__is_read_and_none_is_run(
    tmp_path: Path, versions: Path
) -> None:
    (versions / "0001_a.py").write_text('"""Make."""\nimport nowhere\n\nrevision = "0001"\n')
    (versions / "0002_b.py").write_text('down_revision = "0001"\nrevision: str = "0002"\n')
    (versions / "__init__.py").write_text("")
    (versions / ".#0003_c.py").write_text("an editor's lock")
    (versions / "0002_b.sql").write_text("select 1;\n")
    assert project_in(tmp_path).revisions() == {"0001", "0002"}


def test_revisions__no_folder__are_none(tmp_path: Path) -> None:
    assert project_in(tmp_path).revisions() == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'"""Make."""\n\ndown_revision = "0001"\n', 'revision = "0001"'),
        (b'revision = f"{1}"\n', 'revision = "0001"'),
        (b"revision = \n", "invalid syntax"),
        (b'revision = "\xff"\n', "utf-8"),
    ],
)
def test_revisions__file_without_a_number__is_named(
    tmp_path: Path, versions: Path, text: bytes, said: str
) -> None:
    (versions / "0001_a.py").write_bytes(text)
    with pytest.raises(FileFailed, match=r"^shop, migrations: 0001_a[.]py") as caught:
        project_in(tmp_path).revisions()
    assert said in str(caught.value)
