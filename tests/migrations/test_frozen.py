"""Committed revisions never change."""

from __future__ import annotations

from tests.migrations.frozen import frozen, revisions


def test_revisions__committed__are_as_they_were() -> None:
    now = revisions()
    changed = sorted(path for path, digest in frozen().items() if now.get(path) != digest)
    assert not changed, (
        f"{', '.join(changed)} changed or went after it was committed. Databases have run it: "
        "write a new revision (`orgscope revision NAME`)."
    )


def test_revisions__all__are_frozen() -> None:
    new = sorted(revisions().keys() - frozen().keys())
    assert not new, f"{', '.join(new)}: run `python -m tests.migrations.frozen` and commit."
