"""The revision's SQL: what pg_dump says of the schemas, without what policies files say."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from orgscope.deploy.statements import split
from orgscope.embedded.client import run_client
from orgscope.settings import Settings

__all__ = ["dumped"]

_OPTIONS: Final = (
    "--schema-only",
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
    "--lock-wait-timeout=10s",
)
_RESTRICT: Final = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)
_LEFT_OUT: Final = re.compile(
    r"SET .*|SELECT pg_catalog\.set_config\(.*|CREATE POLICY .*|COMMENT ON POLICY .*"
    r"|ALTER TABLE .* (ENABLE|FORCE) ROW LEVEL SECURITY",
    re.DOTALL,
)
_SCHEMA: Final = re.compile(r"CREATE SCHEMA (?=\S+$)")
_ROUTINE: Final = re.compile("CREATE (FUNCTION|PROCEDURE) ")


def dumped(settings: Settings, schemas: Sequence[str]) -> str:
    """Return SQL that creates what stands in ``schemas``, as the DBA sees it.

    Raises ServerFailed with what pg_dump printed; ConfigurationError when there is none.
    """
    with tempfile.TemporaryDirectory(prefix="orgscope-dump-") as folder:
        file = Path(folder) / "schema.sql"
        names = [f"--schema={schema}" for schema in schemas]
        run_client("pg_dump", settings.url("dba"), [*_OPTIONS, *names, "--file", str(file)])
        text = _RESTRICT.sub("", file.read_text("utf-8"))
    statements = [
        _SCHEMA.sub("CREATE SCHEMA IF NOT EXISTS ", one.text)
        for one in split(text)
        if not _LEFT_OUT.fullmatch(one.text)
    ]
    if any(map(_ROUTINE.match, statements)):
        # A body that is text may name what is created only after it.
        statements = [
            "set local check_function_bodies = off",
            *statements,
            "set local check_function_bodies = on",
        ]
    return "".join(f"{statement};\n\n" for statement in statements)
