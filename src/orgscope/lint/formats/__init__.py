"""A report in the forms that people, programs and CI services read."""

from __future__ import annotations

from orgscope.lint.formats.github import as_github
from orgscope.lint.formats.plain import as_json
from orgscope.lint.formats.sarif import as_sarif
from orgscope.lint.formats.text import print_report

__all__ = ["as_github", "as_json", "as_sarif", "print_report"]
