"""The stack of a project on one machine: what it leaves behind."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from orgscope import deploy
from orgscope.devstack import running_stack
from orgscope.project import DEV_ENVIRONMENT


def test_running_stack__scratch__keeps_settings_and_log_and_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORGSCOPE_PROJECT", str(tmp_path / "another"))
    project = deploy.init_project(tmp_path / "shop")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with running_stack(project, "orgscope.web:create_app", scratch=scratch) as stack:
        with psycopg.connect(stack.settings.url("dba")) as connection:
            [(data,)] = connection.execute("show data_directory").fetchall()
        assert Path(data).is_dir()
        assert "is set in a web process" not in stack.log.read_text("utf-8")
    assert not Path(data).exists()
    assert not Path(data).parent.exists()
    assert (scratch / DEV_ENVIRONMENT).stat().st_mode & 0o077 == 0
    assert stack.log.parent == (scratch / DEV_ENVIRONMENT).parent
    assert not (project.root / DEV_ENVIRONMENT.parent).exists()
