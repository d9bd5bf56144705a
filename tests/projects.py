"""Where the projects are that tests deploy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["BOOKING", "LIBRARY"]

BOOKING: Final = Path(__file__).resolve().parents[1] / "booking"
LIBRARY: Final = Path(__file__).resolve().parent / "isolation" / "library"
"""A lending library, of another shape than booking."""
