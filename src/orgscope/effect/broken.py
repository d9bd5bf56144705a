"""The lines of the contract that a database does not keep."""

from __future__ import annotations

from orgscope.effect.access import VARIANTS
from orgscope.isolation.contract.model import COMMANDS, Relation
from orgscope.isolation.examine import Examined
from orgscope.isolation.report.report import Case

__all__ = ["broken_lines"]


def broken_lines(examined: Examined) -> dict[str, str]:
    """Return, by the line that is not kept, what to say of it, and what shows it first.

    Leaks come first. What only the catalogue shows is a line of its own.
    """
    roles = {actor.name: actor.role for actor in examined.actors}
    shown: dict[str, str] = {}
    for one in (*examined.report.leaks, *examined.report.faults):
        if isinstance(one, Case):
            line = _line(examined, one, roles.get(one.actor, one.actor))
            shown.setdefault(line, f"{line}: {one}")
        else:
            shown.setdefault(str(one), str(one))
    return shown


def _line(examined: Examined, case: Case, role: str) -> str:
    """Return the key of contract.toml that speaks of a case, and what it says."""
    for kind, relations in (
        ("tables", examined.contract.tables),
        ("views", examined.contract.views),
    ):
        declared: Relation | None = relations.get(case.table)
        command = VARIANTS.get(case.command, case.command)
        if declared is not None and command in COMMANDS:
            grant = declared.grants(role).get(command)
            says = f'"{grant.rows}"' if grant else "nothing"
            return f'[{kind}."{case.table}"] {role}.{command} = {says}'
    return f"{case.table}: {case.command}"
