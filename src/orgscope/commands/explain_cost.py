"""``orgscope explain-cost``: what row security costs the plans of queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from orgscope.commands.options import ProjectOption, opened
from orgscope.connection import connect
from orgscope.cost import QueryCost, most_used
from orgscope.cost import explain_cost as explained
from orgscope.deploy.statements import split
from orgscope.errors import ConfigurationError
from orgscope.isolation.contract.load import load_contract
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["explain_cost"]

_LOSES: Final = 2
_WIDTH: Final = 100


def explain_cost(
    file: Annotated[
        Path | None,
        typer.Argument(help="Queries, each ended by a semicolon. Without: the contract's budgets."),
    ] = None,
    *,
    org: Annotated[str, typer.Option(help="The WorkOS organization whose rows are asked for.")],
    reason: Annotated[str, typer.Option(help="Why; audit.contexts keeps it.")],
    user: Annotated[str | None, typer.Option(help="Whom the queries mean by the user.")] = None,
    statements: Annotated[
        int, typer.Option(help="Take so many queries of pg_stat_statements, by total time.")
    ] = 0,
    usable: Annotated[
        bool, typer.Option("--usable", help="Show which index can be used, whatever the rows.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--json", help="Write it to this file.")] = None,
    project: ProjectOption = None,
) -> None:
    """Compare each query's plan under the policies with the one that has their conditions in it.

    No query is run. Needs ORGSCOPE_JOB_URL and ORGSCOPE_BACKUP_URL; for --statements also
    ORGSCOPE_DBA_URL. Exit code 2: a plan loses something, or costs more than its budget.
    """
    settings, found = opened(project)
    budgets = _budgets(found) if file is None and not statements else {}
    queries = [*budgets, *_of_file(file), *_of_statistics(settings, statements)]
    if not queries:
        raise ConfigurationError("there is no query: give a file, --statements, or [[budgets]].")
    costs = explained(
        settings,
        queries,
        org_id=org,
        user_id=user,
        reason=reason,
        usable=usable,
        # What an application once ran need not be planned as it stands: interval $1 is no SQL.
        refused=_left_out if statements else None,
    )
    if not costs:
        raise ConfigurationError("none of the queries of pg_stat_statements can be planned.")
    for cost in costs:
        _show(cost, budgets.get(cost.query))
    if report is not None:
        report.write_text(json.dumps([cost.as_dict() for cost in costs], indent=1) + "\n", "utf-8")
    broken = [
        cost
        for cost in costs
        if cost.losses or cost.ratio > (budgets.get(cost.query) or cost.ratio)
    ]
    raise typer.Exit(_LOSES if broken else 0)


def _left_out(error: ConfigurationError) -> None:
    typer.echo(f"left out: {error}", err=True)


def _budgets(project: Project | None) -> dict[str, float | None]:
    contract = load_contract((core(), project) if project else (core(),))
    return {budget.query: budget.ratio for budget in contract.budgets}


def _of_file(file: Path | None) -> Sequence[str]:
    if file is None:
        return []
    try:
        return [statement.text for statement in split(file.read_text("utf-8"))]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read as SQL: {error}") from error


def _of_statistics(settings: Settings, number: int) -> Sequence[str]:
    if not number:
        return []
    with connect(settings, "dba") as connection:
        return most_used(connection, number)


def _show(cost: QueryCost, ratio: float | None) -> None:
    query = " ".join(cost.query.split())
    typer.echo(query if len(query) <= _WIDTH else f"{query[: _WIDTH - 1]}…")
    allowed = f", at most {ratio:g} allowed" if ratio else ""
    typer.echo(
        f"  {cost.ratio:.2f} times the cost ({cost.under:,.1f} under the policies, "
        f"{cost.without:,.1f} with their conditions written out{allowed})"
    )
    for loss in cost.losses:
        typer.echo(f"  loses {loss}")
        typer.echo(f"        mend: {loss.mend}")
