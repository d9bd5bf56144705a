"""What was tried, and proves nothing: it let nobody do, see or get anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orgscope.isolation.attempts.calls import CALL, GIVEN
from orgscope.isolation.attempts.on_views import ROWS
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.catalogue.policies import POLICY_COMMANDS, PolicyInfo
from orgscope.isolation.catalogue.views import ViewInfo
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import View
from orgscope.isolation.report.report import Case
from orgscope.isolation.world.actors import Actor

__all__ = ["unexercised", "ungiven", "unshown"]


def unexercised(
    policies: Iterable[PolicyInfo],
    cases: Iterable[Case],
    tables: Iterable[str],
    actors: Iterable[Actor],
    role_prefix: str,
) -> Iterator[Finding]:
    """Find the policies of the tables that let nobody do anything that the contract allows."""
    roles = {actor.name: f"{role_prefix}_{actor.role}" for actor in actors}
    reached = {
        (case.table, role, case.command)
        for case in cases
        if case.is_control and (role := roles.get(case.actor)) is not None
    }
    everybody = set(roles.values())
    tried = set(tables)
    for policy in policies:
        commands = POLICY_COMMANDS if policy.command == "all" else (policy.command,)
        named = everybody if "public" in policy.roles else policy.roles
        if policy.table in tried and not any(
            (policy.table, role, command) in reached for role in named for command in commands
        ):
            problem = (
                f"policy {policy.name} lets nobody do anything that the contract allows, so it was "
                "not tried: drop it, or declare whom it is for"
            )
            yield Finding(policy.table, problem)


def unshown(views: Iterable[tuple[ViewInfo, View]], cases: Iterable[Case]) -> Iterator[Finding]:
    """Find the views that requests are to read, and that showed nobody a row."""
    shown = {case.table for case in cases if case.command == ROWS and case.is_control}
    for view, declared in views:
        if declared.user and declared.scope != "internal" and view.name not in shown:
            problem = (
                "showed nobody a row, so that it keeps rows back proves nothing. Give its tables "
                "rows that it shows, by their [sample]"
            )
            yield Finding(view.name, problem)


def ungiven(functions: Iterable[FunctionInfo], cases: Iterable[Case]) -> Iterator[Finding]:
    """Find the functions that were called, return rows, and gave nobody any."""
    called = {case.table for case in cases if case.command == CALL and case.place != GIVEN}
    given = {case.table for case in cases if case.command == CALL and case.place == GIVEN}
    for one in functions:
        if one.signature not in called - given:
            continue
        if one.gives_rows and not one.required:
            problem = (
                "gave nobody a row, so that it keeps rows back proves nothing. Give its tables "
                "rows that it gives, by their [sample]"
            )
            yield Finding(one.signature, problem)
        elif one.definer and one.parameters:
            problem = (
                "gave nobody anything, whatever it was called with, so that it keeps rows back "
                "proves nothing. Give its parameters values with which it does, by the sample of "
                "its [[functions]]"
            )
            yield Finding(one.signature, problem)
