"""What keeps interop from running at all, which says nothing about the mirror."""

from __future__ import annotations

__all__ = ["CannotRun"]


class CannotRun(Exception):
    """Says what was expected, what came, and what to do."""
