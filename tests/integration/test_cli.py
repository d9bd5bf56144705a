"""The commands of a deployment, as a DBA types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from orgscope.cli import COMMANDS, app
from orgscope.devstack import environment
from tests.database import PASSWORD, Database
from tests.integration.command_line import failure, run_process
from tests.projects import BOOKING
from tests.web import web_settings


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

    def __call__(self, *arguments: str, without: str = "") -> Result:
        """Run one command on the project, without one of the variables."""
        known = {name: value for name, value in self._environment.items() if name != without}
        return CliRunner().invoke(app, [*arguments, "--project", str(self._project)], env=known)


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


@pytest.fixture
def widened(shell: Shell, project: Path) -> Shell:
    """A shell whose project lets everybody read the events of everybody, not deployed yet."""
    path = project / "policies" / "app" / "events.sql"
    text = path.read_text("utf-8")
    edited = text.replace("using (org_id = (select authz.org_id_or_null()));", "using (true);", 1)
    assert edited != text
    path.write_text(edited, "utf-8")
    return shell


def test_plan__edited_policy__named_and_exit_2(widened: Shell) -> None:
    result = widened("plan", "--no-access")
    assert result.exit_code == 2
    assert "change policy app.events select_own_org" in result.output.splitlines()
    assert "verdict" not in result.output
    assert widened("plan", "--no-access").output == result.output, "a plan changes nothing"


def test_plan__policy_that_breaks_the_contract__who_gains_what_and_exit_3(
    widened: Shell, tmp_path: Path
) -> None:
    result = widened("plan", "--json", str(tmp_path / "plan.json"))
    assert result.exit_code == 3
    lines = result.output.splitlines()
    assert any(line.startswith("gains app.events: member of A, member of B") for line in lines)
    assert any(
        line.startswith('breaks [tables."app.events"] user.select = "organ') for line in lines
    )
    assert lines[-1].startswith("verdict: widening, and breaks the contract (")
    written = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert written["effect"]["verdict"] == "widening"
    assert [one["change"] for one in written["changes"]] == [
        "change policy app.events select_own_org"
    ]
    assert "true" in written["changes"][0]["after"]
    assert "org_id" in written["changes"][0]["before"]


def test_plan__nothing_shows_what_it_does__says_why_and_exit_3(widened: Shell) -> None:
    result = widened("plan", without="ORGSCOPE_DBA_URL")
    assert result.exit_code == 3
    assert result.output.splitlines()[-2:] == [
        "not tried: ORGSCOPE_DBA_URL is not set, so nothing could be tried",
        "verdict: unproven (0 cases tried)",
    ]


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
    assert PASSWORD not in result.output


def test_drift__accepted__is_none_any_more(shell: Shell, database: Database) -> None:
    database.admin.execute("create policy x on app.events using (true)")
    assert shell("drift", "--accept").exit_code == 0
    assert (shell("drift").output, shell("drift").exit_code) == ("no drift\n", 0)


def test_revision__two_files__counts_on(shell: Shell, project: Path) -> None:
    result = shell("revision", "add_rooms")
    assert result.exit_code == 0
    files = [Path(line) for line in result.output.split()]
    assert [path.suffix for path in files] == [".py", ".sql"]
    assert all(path.parent == project / "migrations" / "versions" for path in files)


def test_version__project__names_both_heads(shell: Shell) -> None:
    lines = shell("version").output.splitlines()
    assert [line.split()[0] for line in lines] == ["orgscope", "core", "booking"]
    assert all(line.split()[1] for line in lines)


def test_init__new_folder__deploys_as_it_is(database: Database, tmp_path: Path) -> None:
    variables = environment(database.settings)
    made = tmp_path / "clinic"
    assert CliRunner().invoke(app, ["init", str(made)], env=variables).exit_code == 0
    result = CliRunner().invoke(app, ["migrate", "--project", str(made)], env=variables)
    assert result.exit_code == 0, result.output
    assert database.rows("select 1 from pg_namespace where nspname = 'clinic'") == [(1,)]


def test_help__of_all__has_a_line_for_each_command(tmp_path: Path) -> None:
    lines = run_process("--help", cwd=tmp_path).stdout.splitlines()
    named = [words[1] for words in map(str.split, lines) if len(words) > 2]
    assert [name for name in named if name in COMMANDS] == [*COMMANDS]


def test_command__no_project_file__one_clear_message(tmp_path: Path) -> None:
    result = run_process("plan", "--project", str(tmp_path), cwd=tmp_path)
    assert "orgscope.toml does not exist" in failure(result)


def test_command__settings_wrong__one_message_without_values(tmp_path: Path) -> None:
    result = run_process(
        "plan",
        cwd=tmp_path,
        WORKOS_WEBHOOK_SECRET="s3cret-1",
        ORGSCOPE_POOL_SIZE="none",
        ORGSCOPE_MIGRATOR_URL="postgresql://u:s3cret-2@127.0.0.1/d",
    )
    assert "ORGSCOPE_POOL_SIZE: " in failure(result)
    assert "s3cret" not in result.stderr


def test_command__project_has_its_own_env_file__keys_and_doctor_read_it(
    database: Database, project: Path
) -> None:
    variables = environment(web_settings(database, migrator_url=None, dba_url=None))
    text = "".join(f"{name}='{value}'\n" for name, value in variables.items() if value != "None")
    (project / ".env").write_text(text, "utf-8")
    database.put_key()
    for given, folder in ((("--project", str(project)), project.parent), ((), project)):
        result = run_process("keys", "list", *given, cwd=folder)
        assert "2048 bits" in result.stdout, result.stderr
        result = run_process("doctor", *given, cwd=folder)
        assert "lacks revision 0001 of booking" in result.stdout
        assert result.returncode == 1
    elsewhere = run_process("keys", "list", cwd=project.parent)
    assert "ORGSCOPE_KEYS_URL is not set" in failure(elsewhere)
    by_name = run_process("keys", "list", cwd=project.parent, ORGSCOPE_PROJECT=str(project))
    assert by_name.returncode == 0, by_name.stderr


def test_command__env_file_names_the_project__it_is_taken(
    database: Database, project: Path, tmp_path: Path
) -> None:
    variables = {**environment(database.settings), "ORGSCOPE_PROJECT": str(project)}
    text = "".join(f"{name}='{value}'\n" for name, value in variables.items())
    (tmp_path / ".env").write_text(text, "utf-8")
    assert "revision booking 0001" in run_process("migrate", cwd=tmp_path).stdout


def test_command__project_has_its_own_env_file__is_read(database: Database, project: Path) -> None:
    variables = environment(database.settings)
    text = "".join(f"{name}='{value}'\n" for name, value in variables.items())
    (project / ".env").write_text(text, "utf-8")
    result = run_process("migrate", "--project", str(project), cwd=project.parent)
    assert result.returncode == 0, result.stderr
    assert "revision booking 0001" in result.stdout
