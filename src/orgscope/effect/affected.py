"""Which tables, views and functions a deployment may open or close."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from orgscope.deploy.catalogue import Change
from orgscope.isolation.contract.model import Contract
from orgscope.project import CORE_SCHEMAS

__all__ = ["affected", "decides_access"]

_NOWHERE: Final = frozenset({"index", "type", "grant on type"})


def decides_access(change: Change) -> bool:
    """Say whether a change may let somebody reach more or less.

    Indexes and types do not. A sequence tells by its numbers how much others have made.
    """
    return change.kind not in _NOWHERE


def affected(changes: Iterable[Change], contract: Contract) -> set[str] | None:
    """Return the names of what is to be tried before and after; None is everything.

    A function that changes may stand behind any policy, trigger, view or default: a body that is
    text does not tell what it calls. One of a project stands behind the project's own objects.
    """
    changes = list(changes)
    new_schemas = {one.identity for one in changes if one.kind == "schema" and one.verb == "create"}
    names: set[str] = set()
    for change in changes:
        if change.identity in new_schemas:
            continue
        if not change.relation:
            return None
        if change.kind == "function" and change.verb != "create":
            if change.schema in CORE_SCHEMAS:
                return None
            names |= _of_projects(contract)
        names.add(change.relation)
    return names


def _of_projects(contract: Contract) -> set[str]:
    functions = {name for found in contract.functions.values() for name in found}
    return {
        name
        for name in (*contract.tables, *contract.views, *functions)
        if name.partition(".")[0] not in CORE_SCHEMAS
    }
