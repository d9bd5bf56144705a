"""The commands of a deployment, as a DBA types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from orgscope.cli import app
from orgscope.devstack import environment
from tests.database import Database

BOOKING = Path(__file__).resolve().parents[2] / "booking"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of booking, to edit."""
    return Path(
        shutil.copytree(
            BOOKING, tmp_path / "booking", ignore=shutil.ignore_patterns(".orgscope", "src")
        )
    )


class Shell:
    """Runs the command line with the settings of one database."""

    def __init__(self, database: Database, project: Path) -> None:
        self._environment = environment(database.settings)
        self._project = project

    def __call__(self, *arguments: str) -> Result:
        """Run one command on the project."""
        return CliRunner().invoke(
            app, [*arguments, "--project", str(self._project)], env=self._environment
        )


@pytest.fixture
def shell(database: Database, project: Path) -> Shell:
    """A shell whose project is deployed."""
    run = Shell(database, project)
    assert run("migrate").exit_code == 0
    return run


def test_plan__migrated__no_changes_and_exit_0(shell: Shell) -> None:
    result = shell("plan")
    assert (result.output, result.exit_code) == ("no changes\n", 0)


def test_migrate__again__nothing_to_do(shell: Shell) -> None:
    assert shell("migrate").output == "nothing to do\n"


def test_plan__edited_policy__named_and_exit_2(shell: Shell, project: Path) -> None:
    path = project / "policies" / "app" / "events.sql"
    text = path.read_text("utf-8")
    edited = text.replace("using (org_id = (select authz.org_id()));", "using (true);", 1)
    assert edited != text
    path.write_text(edited, "utf-8")
    result = shell("plan")
    assert result.exit_code == 2
    assert "policy" in result.output
    assert "select_own_org" in result.output
    assert shell("plan").output == result.output, "a plan changes nothing"


def test_drift__policy_made_by_hand__named_and_exit_2(shell: Shell, database: Database) -> None:
    assert shell("drift").exit_code == 0
    database.admin.execute("create policy x on app.events using (true)")
    result = shell("drift")
    assert result.exit_code == 2
    assert "app.events" in result.output
    assert "x" in result.output.split()


def test_migrate__sql__is_a_script(shell: Shell) -> None:
    result = shell("migrate", "--sql")
    assert "create table app.events" in result.output
    assert result.output.rstrip().endswith("commit;")


def test_roles__print__no_password(database: Database) -> None:
    result = CliRunner().invoke(app, ["roles", "--print"], env=environment(database.settings))
    assert "create role" in result.output
    assert "orgscope-test-password" not in result.output


def test_init__new_folder__deploys_as_it_is(database: Database, tmp_path: Path) -> None:
    variables = environment(database.settings)
    made = tmp_path / "clinic"
    assert CliRunner().invoke(app, ["init", str(made)], env=variables).exit_code == 0
    result = CliRunner().invoke(app, ["migrate", "--project", str(made)], env=variables)
    assert result.exit_code == 0, result.output
    assert database.rows("select 1 from pg_namespace where nspname = 'clinic'") == [(1,)]


def test_command__no_project_file__one_clear_message(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from orgscope import cli  # noqa: PLC0415 - its main reads sys.argv

    monkeypatch.setattr("sys.argv", ["orgscope", "plan", "--project", str(tmp_path)])
    for name, value in environment(database.settings).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "orgscope.toml does not exist" in capsys.readouterr().err
