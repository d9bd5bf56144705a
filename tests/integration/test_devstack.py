"""The stack of a project on one machine: what it leaves behind."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.cli import app
from orgscope.devstack import ServiceFailed, running_stack
from orgscope.errors import ConfigurationError
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


def test_running_stack__app_that_there_is_not__says_how_it_ended_and_where_its_log_is(
    tmp_path: Path,
) -> None:
    project = deploy.init_project(tmp_path / "shop")
    said = r"ended with status [1-9]\d*\. The end of .+\.log:\n(.|\n)*nothing"
    with (
        pytest.raises(ServiceFailed, match=said),
        running_stack(project, "orgscope.web:nothing", scratch=tmp_path),
    ):
        pass


def test_token__stack_is_not_running__says_so(tmp_path: Path) -> None:
    path = tmp_path / DEV_ENVIRONMENT
    path.parent.mkdir()
    path.write_text("WORKOS_BASE_URL=http://127.0.0.1:9\nWORKOS_API_KEY=sk_local\n", "utf-8")
    words = ["dev", "token", "--user", "user_1", "--project", str(tmp_path)]
    with pytest.raises(ConfigurationError, match=r"answers at http://127.0.0.1:9, .*dev up"):
        CliRunner().invoke(app, words, catch_exceptions=False)
