"""What a web process and a command load, and what they do not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from orgscope import cli

DEPLOYING_AND_MIRRORING = {
    "alembic",
    "sqlalchemy",
    "workos",
    "orgscope.db",
    "orgscope.deploy",
    "orgscope.isolation",
    "orgscope.web",
}


def loaded_by(*modules: str) -> set[str]:
    """Return what is loaded in a new process that imports these modules."""
    return loaded_after(f"import {', '.join(modules)}")


def loaded_after(code: str) -> set[str]:
    """Return what is loaded in a new process that has run this."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(); print(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_import__what_a_request_needs__is_without_the_deployment_tool() -> None:
    loaded = loaded_by("orgscope.authz", "orgscope.db", "orgscope.web")
    assert "orgscope.db" in loaded
    assert not loaded & {"alembic", "orgscope.deploy"}


def test_import__what_makes_spans__loads_the_api_alone() -> None:
    assert "opentelemetry.trace" not in loaded_by(
        "orgscope", "orgscope.errors", "orgscope.settings"
    )
    loaded = loaded_by("orgscope.db", "orgscope.web")
    assert "opentelemetry.trace" in loaded
    assert "opentelemetry.sdk" not in loaded


@pytest.mark.parametrize(
    "words",
    [("status",), ("keys", "list"), ("doctor",), ("lint",), ("dev", "token")],
    ids=" ".join,
)
def test_command__neither_deploys_nor_mirrors__is_without_what_that_needs(
    words: tuple[str, ...],
) -> None:
    arguments = [*words, "--help"]
    loaded = loaded_after(f"from orgscope.cli import app; app({arguments}, standalone_mode=False)")
    assert f"orgscope.commands.{words[0]}" in loaded
    assert not loaded & DEPLOYING_AND_MIRRORING


def test_command__misspelt__is_guessed_without_loading_any() -> None:
    loaded = loaded_after(
        """
from orgscope.cli import app
try:
    app(["stats"], standalone_mode=False)
except Exception as error:
    assert "Did you mean 'status'?" in str(error)
else:
    raise AssertionError
"""
    )
    assert "orgscope.cli" in loaded
    assert "orgscope.commands.status" not in loaded


def test_command__module_raises_key_error__is_not_said_to_be_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(name: str) -> None:
        raise KeyError(f"in {name}")

    monkeypatch.setattr(cli, "import_module", fail)
    with pytest.raises(KeyError, match=r"in orgscope\.commands\.status"):
        CliRunner().invoke(cli.app, ["status"], catch_exceptions=False)
