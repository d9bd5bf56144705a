"""Why a request reaches a row, or does not."""

from __future__ import annotations

from dataclasses import dataclass

from orgscope.explain.asked import Claims
from orgscope.explain.clause import Clause, Truth

__all__ = ["Explanation", "PolicyTruth"]


@dataclass(frozen=True, slots=True)
class PolicyTruth:
    """One policy for the request role and the command."""

    name: str
    permissive: bool
    clauses: tuple[tuple[str, Clause], ...]
    """``using`` and ``with check``, as far as the command asks for them."""
    reads: tuple[str, ...]
    """Other relations that it reads: here as the administrator sees them."""

    @property
    def truth(self) -> Truth:
        """Whether it lets the row through."""
        truths = {clause.passes for _, clause in self.clauses}
        return False if False in truths else None if None in truths else True


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request reaches a row, or does not."""

    claims: Claims
    refused: str | None
    """The SQLSTATE with which the context would be refused; None when it would open."""
    granted: bool
    row_security: bool
    policies: tuple[PolicyTruth, ...]
    rows: str
    """How many rows are reached; empty when one row was asked for, or it cannot be told."""
    no_row: str = ""
    """Why there is no row to tell by; empty when there is one."""
    unseen: str = ""
    """Why an update or delete does not see the row; empty when it does, or for another command."""

    @property
    def reaches(self) -> Truth:
        """True when the row is reached, False when not; None when it depends, or is not known."""
        if self.refused is not None or not self.granted:
            return False
        if not self.row_security:
            return True
        return False if self.unseen else self._passes

    @property
    def _passes(self) -> Truth:
        """What the policies for the command say."""
        permissive = {one.truth for one in self.policies if one.permissive}
        restrictive = {one.truth for one in self.policies if not one.permissive}
        if permissive <= {False} or False in restrictive:
            return False
        return True if True in permissive and restrictive <= {True} else None

    @property
    def why(self) -> str:
        """Name what decides."""
        names = [one.name for one in self.policies if one.permissive and one.truth]
        hiding = [one.name for one in self.policies if not one.permissive and one.truth is False]
        who = "begin refuses the person" if self.claims.user_id else "begin_system refuses the job"
        reasons = (
            (self.refused is not None, f"authz.{who} ({self.refused})"),
            (not self.granted, "the request role has no grant"),
            (not self.row_security, "row security is off, so that the grant decides alone"),
            (hiding, f"{', '.join(hiding)} hides it"),
            (
                self.unseen and self._passes is not False,
                f"by select it is not seen: {self.unseen}",
            ),
            (self.reaches, f"{', '.join(names)} lets it through"),
            (self.reaches is None, self.no_row or self.rows or "not every clause can be told"),
        )
        return next((words for is_so, words in reasons if is_so), "no policy lets it through")
