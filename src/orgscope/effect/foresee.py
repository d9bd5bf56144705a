"""Deploy to a clone, and let everybody try before and after what the deployment may change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from orgscope.deploy import migrate
from orgscope.deploy.catalogue import Change
from orgscope.effect.access import access_differences
from orgscope.effect.affected import affected, decides_access
from orgscope.effect.broken import broken_lines
from orgscope.effect.effect import Effect
from orgscope.effect.rights import played, policy_roles, rights
from orgscope.errors import OrgscopeError
from orgscope.isolation.attempts.prepare import empty
from orgscope.isolation.clone.clone import Clone, cloned
from orgscope.isolation.contract.load import load_contract
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.examine import examine
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["foresee"]

_BEFORE_ORGSCOPE: Final = (
    "the database has no orgscope yet, so nobody can try what they reach. Of the files "
    "`orgscope isolation test` says who will reach what"
)


def foresee(
    settings: Settings,
    project: Project | None,
    changes: Sequence[Change],
    *,
    policies_only: bool = False,
    repair: bool = False,
) -> Effect:
    """Say who gains and who loses by ``changes``, which `deploy.plan` found.

    The database of ``ORGSCOPE_DBA_URL`` is cloned as `check_isolation` does, and only read. In a
    new deployment nobody has anything to gain or to lose, but by what is adopted. Where nothing can
    be tried, the effect says why. ``policies_only`` and ``repair`` are what the plan was made with.
    Raises ConfigurationError for a contract that is missing or wrong.
    """
    deciding = [change for change in changes if decides_access(change)]
    if not deciding:
        return Effect()
    if _is_new(deciding):
        return _adopting(project, deciding, settings.role_prefix)
    contract = load_contract((core(), project) if project else (core(),))
    found = list(rights(deciding, settings.role_prefix))
    if settings.dba_url is None:
        return Effect(found, unproven="ORGSCOPE_DBA_URL is not set, so nothing could be tried")
    try:
        with cloned(settings) as clone:
            effect = _compared(
                clone, project, contract, deciding, policies_only=policies_only, repair=repair
            )
    except OrgscopeError as error:
        return Effect(found, unproven=str(error))
    return replace(effect, differences=[*found, *effect.differences])


def _adopting(project: Project | None, changes: Sequence[Change], role_prefix: str) -> Effect:
    """Say what the catalogue shows of what stood there before orgscope: no actor could try it."""
    own = [change for change in changes if project and change.schema in project.schemas]
    if all(change.verb == "create" for change in own):
        return Effect()
    return Effect(list(rights(own, role_prefix)), unproven=_BEFORE_ORGSCOPE)


def _is_new(changes: Sequence[Change]) -> bool:
    return any(str(change) == "create schema deploy" for change in changes)


def _compared(
    clone: Clone,
    project: Project | None,
    contract: Contract,
    changes: Sequence[Change],
    **how: bool,
) -> Effect:
    names = affected(changes, contract) or ()
    before = examine(clone, contract, names, may_lack=True, more=_planned(changes))
    empty(clone, before.contract, before.catalogue.tables)
    migrate(clone.target, project, count_rows=False, **how)
    after = examine(clone, contract, names, may_lack=True, more=before.named.texts)
    actors = list(dict.fromkeys(one.name for one in (*before.actors, *after.actors)))
    earlier, later = broken_lines(before), broken_lines(after)
    return Effect(
        list(access_differences(before.report.cases, after.report.cases, actors)),
        [said for line, said in later.items() if line not in earlier],
        [said for line, said in later.items() if line in earlier],
        len(before.report.cases) + len(after.report.cases),
        _untried(changes, before.prepared.names & after.prepared.names, clone.settings.role_prefix),
    )


def _untried(changes: Sequence[Change], tried: Collection[str], role_prefix: str) -> str:
    """Say what decides about access, changes, and was not tried; empty when all was."""
    whole = {one.relation for one in changes if one.kind == "relation" and one.verb != "change"}
    for change in changes:
        table = change.relation
        if change.kind != "policy" or table in whole:
            continue
        if table not in tried:
            return f"policy {change.identity} was not tried: no contract lets {table} be tried"
        roles = policy_roles(change.previous)[1] | policy_roles(change.definition)[1]
        if strangers := roles - played(role_prefix) - {"public"}:
            return (
                f"policy {change.identity} is for {', '.join(sorted(strangers))}, whom nobody plays"
            )
    return ""


def _planned(changes: Sequence[Change]) -> Mapping[str, Sequence[str]]:
    """Return what the policies will say, for each table: the rows before are to show it as well."""
    texts: dict[str, list[str]] = defaultdict(list)
    tables = {change.relation for change in changes if change.kind == "policy"}
    for change in changes:
        if change.definition is None:
            continue
        if change.kind == "policy":
            texts[change.relation].append(change.definition)
        elif change.kind == "function":
            for table in tables:
                texts[table].append(change.definition)
    return texts
