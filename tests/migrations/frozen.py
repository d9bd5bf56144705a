"""The hashes of committed revisions: once others have run one, it never changes.

``python -m tests.migrations.frozen`` adds the revisions that are new to ``frozen.json``; commit it
with them. It never changes a hash: a revision that was committed by mistake and that nobody has run
is thawed by deleting its line by hand, which the reviewer then sees.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_suffix(".json")
FOLDERS = ("migrations/versions", "booking/migrations/versions")


def revisions() -> dict[str, str]:
    """Return the file of every revision with its hash, as it is now."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in sorted((ROOT / folder).iterdir())
        if path.suffix in {".py", ".sql"}
    }


def frozen() -> dict[str, str]:
    """Return what was committed."""
    return dict(json.loads(FILE.read_text("utf-8"))) if FILE.is_file() else {}


def main() -> None:
    """Add what is new."""
    FILE.write_text(
        json.dumps({**revisions(), **frozen()}, indent=2, sort_keys=True) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
