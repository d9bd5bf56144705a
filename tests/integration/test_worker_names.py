"""Which jobs `orgscope worker --once` runs, and that a name that means none is refused."""

import pytest
from typer.testing import CliRunner

from orgscope.cli import app
from orgscope.errors import ConfigurationError
from orgscope.worker import JobName, run_once
from tests.database import Database


@pytest.mark.parametrize("arguments", [["--once", "--job", "fead"], ["--job", "feed"]])
def test_worker_command__job_that_would_not_run__usage_error_that_names_the_jobs(
    arguments: list[str],
) -> None:
    result = CliRunner().invoke(app, ["worker", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 2, result.output
    for name in JobName:
        assert name in result.output


async def test_run_once__job_of_the_mirror_without_its_settings__refused(
    database: Database,
) -> None:
    with pytest.raises(ConfigurationError, match="no job feed .* expected heartbeat"):
        await run_once(database.settings, names=["heartbeat", "feed"])
    assert database.rows("select from authz.heartbeat") == []
