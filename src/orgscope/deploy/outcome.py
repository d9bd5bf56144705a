"""What a deployment did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field

from orgscope.deploy.catalogue import Catalogue, Change

__all__ = ["Outcome"]


@dataclass
class Outcome:
    """What a run did, or (``plan``, ``drift``) what it found; true when there is anything."""

    revisions: list[str] = field(default_factory=list)
    """Such as ``core 0003``, in the order in which they ran."""
    alone: list[str] = field(default_factory=list)
    """Those of them that run outside of a transaction; a plan cannot show their effect."""
    adopted: list[str] = field(default_factory=list)
    """Those of them that were compared with what stands in the database, and not run."""
    files: list[str] = field(default_factory=list)
    """The repeatable files that are new, changed or deleted, such as ``core policies/…``."""
    changes: list[Change] = field(default_factory=list)
    """What differs in the catalogue."""
    of_core: Catalogue = field(default_factory=dict, repr=False)
    """What orgscope's schemas held when its files were deployed, and nothing of a project yet;
    empty when none of them waited."""
    drift: list[Change] = field(default_factory=list)
    """What was changed by hand before the run, and is so still."""
    settings_changed: bool = False
    """Whether ``authz.settings`` was written."""

    def __bool__(self) -> bool:
        return bool(self.revisions or self.files or self.changes or self.settings_changed)
