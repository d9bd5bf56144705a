"""The tests that docs/howto/test-your-policies.md shows are run as they stand, against booking."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from orgscope import pytest_plugin

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "test-your-policies.md").read_text("utf-8")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_test_your_policies__code__runs(pytester: pytest.Pytester) -> None:
    blocks = BLOCK.findall(PAGE)
    for number, block in enumerate(blocks):
        # Each is a file of its own, so that what one forgets to import is missing.
        pytester.makepyfile(**{f"test_{number}": block})
    pytester.makepyprojecttoml(
        f"""
        [tool.pytest.ini_options]
        addopts = "--strict-config --import-mode=importlib"
        orgscope_project = "{ROOT / "booking"}"
        pythonpath = ["{ROOT / "booking" / "src"}"]
        filterwarnings = ["error"]
        """
    )
    tests = [
        node.name
        for block in blocks
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(tests) == 6
    pytester.runpytest_subprocess("-p", "no:asyncio").assert_outcomes(passed=len(tests))


def test_test_your_policies__fixtures__all_are_in_the_table() -> None:
    named = re.findall(r"^\| `(orgscope_\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(pytest_plugin.__all__)
