"""Run a script with psql, as a DBA does, and what a deployment leaves behind beside the catalogue."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from orgscope.embedded import find_binaries
from tests.database import Database

RECORDS = {
    "revisions": "select project, revision, breaking, applied_by from deploy.revisions",
    "applied_files": "select project, path, sha256, applied_by from deploy.applied_files",
    "objects": "select schema_name, kind, identity, definition from deploy.objects",
    "heads": "select * from deploy.core_head cross join deploy.shop_head",
    "settings": "select to_jsonb(s) from authz.settings as s",
}


def psql() -> str:
    beside = find_binaries().program("psql")
    found = str(beside) if beside.is_file() else shutil.which("psql")
    if found is None:
        pytest.fail("no psql beside the server's programs and none on the PATH")
    return found


def replay(database: Database, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "script.sql"
    file.write_text(script, "utf-8")
    return subprocess.run(
        [psql(), "--no-psqlrc", "--quiet", "--file", file, database.settings.url("migrator")],
        # Of a DBA whose terminal has another encoding than the script.
        env={**os.environ, "PGCLIENTENCODING": "latin1"},
        capture_output=True,
        text=True,
        check=False,
    )
