"""``.env.example`` says of every name what it is; tests/unit/test_settings.py says that it has all."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from orgscope.settings import Settings

ROOT = Path(__file__).parents[2]
LINES = (ROOT / ".env.example").read_text("utf-8").splitlines()
NAME = re.compile(r"(?:# )?([A-Z_]+)=")
SENTENCE = re.compile(r"# [^ -].*[.]")


def test_env_example__every_name__one_line_above_says_what_it_is() -> None:
    explained = {}
    for above, line in pairwise(LINES):
        if name := NAME.match(line):
            explained[name[1]] = SENTENCE.fullmatch(above) is not None
    assert explained == {str(field.alias): True for field in Settings.model_fields.values()}


def test_env_example__variable_that_is_no_setting__named_and_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert "`ORGSCOPE_PG_BIN`" in reference
    assert any(line.startswith("# ORGSCOPE_PG_BIN,") for line in LINES)
