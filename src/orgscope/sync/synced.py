"""What a service function did: an outcome to look at, instead of True or False."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orgscope.errors import ProviderReason
from orgscope.sync.inbox import Outcome

__all__ = ["MembersState", "Source", "Synced", "SyncedMembers", "SyncedUser"]

Source = Literal["workos", "mirror", "token"]
"""Who said what is known: WorkOS just now, the mirror, or only a verified token."""

MembersState = Literal["done", "unfinished", "elsewhere", "absent"]


@dataclass(frozen=True, slots=True)
class Synced:
    """One object: what became of it in the mirror, and who said so.

    =======  ======  =======  ======  ===============================================
    outcome  source  payload  reason  meaning
    =======  ======  =======  ======  ===============================================
    applied  workos  yes              the mirror has it now as WorkOS said
    stale    workos  yes              the mirror had it already, or something newer
    ignored  workos                   erased here: nothing is kept or handed on
    None     workos                   WorkOS has none
    None     mirror  yes              the mirror has it, so WorkOS was not asked
    None     mirror  yes      why     WorkOS is away; this is what the mirror has
    applied  token            why     WorkOS is away; a stub stands for it
    stale    token            why     WorkOS is away; a stub stood for it already
    ignored  token            why     WorkOS is away; deleted or erased here: no stub
    None     None             why     WorkOS is away, and nobody knows it
    =======  ======  =======  ======  ===============================================

    Where a function says more, its own docstring does.
    """

    outcome: Outcome | None
    """What became of it in the mirror; None when nothing was tried."""

    source: Source | None
    payload: Mapping[str, Any] | None = field(default=None, repr=False)
    """The object in WorkOS's form, as the source has it."""

    reason: ProviderReason | None = None
    """Why WorkOS could not be asked; None when it answered, or was not asked."""

    @property
    def found(self) -> bool:
        """Whether there is an object, rather than a stub or nothing."""
        return self.payload is not None


@dataclass(frozen=True, slots=True)
class SyncedUser:
    """A person, their memberships of every status, and the organizations that those name."""

    user: Synced | None
    """None where only the organizations were asked for."""

    memberships: tuple[Synced, ...]
    organizations: tuple[Synced, ...]

    reason: ProviderReason | None = None
    """Why WorkOS could not be asked for all of it; None when it answered everything."""


@dataclass(frozen=True, slots=True)
class SyncedMembers:
    """The memberships of an organization, with what else WorkOS lists for it.

    ``state`` is ``done``; ``unfinished``, when WorkOS could not be asked for all (call again: it
    goes on where it was); ``elsewhere``, when another process is at it; or ``absent``, when WorkOS
    has no such organization.
    """

    state: MembersState
    organization: Synced
    listed: int = 0
    """How many objects WorkOS listed in this call."""

    applied: int = 0
    """How many rows of the mirror that changed."""

    failures: tuple[str, ...] = ()
    """What WorkOS could not be asked for, and what to do."""
