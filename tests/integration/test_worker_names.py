"""`orgscope worker --job` never does nothing without a word."""

import pytest
from typer.testing import CliRunner

from orgscope.cli import app
from orgscope.worker import JobName


@pytest.mark.parametrize("arguments", [["--once", "--job", "fead"], ["--job", "feed"]])
def test_worker_command__job_that_would_not_run__usage_error_that_names_the_jobs(
    arguments: list[str],
) -> None:
    result = CliRunner().invoke(app, ["worker", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 2, result.output
    for name in JobName:
        assert name in result.output
