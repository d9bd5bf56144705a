"""``orgscope plan``: what migrate would do, and who gains or loses by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from orgscope import deploy
from orgscope.commands.options import (
    EveryOption,
    PartOption,
    ProjectOption,
    RepairOption,
    opened,
)
from orgscope.commands.outcome import show_drift, show_outcome
from orgscope.deploy import Outcome
from orgscope.effect import Effect, foresee

__all__ = ["plan"]

_DIFFERS: Final = 2
_BREAKS: Final = 3


def plan(
    *,
    project: ProjectOption = None,
    only: PartOption = None,
    repair: RepairOption = False,
    every: EveryOption = False,
    access: Annotated[
        bool, typer.Option(help="Try in a clone who reaches what, before and afterwards.")
    ] = True,
    script: Annotated[
        Path | None,
        typer.Option("--sql", help="Write what migrate would run to this file, for psql."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--json", help="Write what was found to this file, as JSON.")
    ] = None,
) -> None:
    """Show what migrate would do, who gains or loses access by it, and roll back.

    Exit code 0: nothing to do. 2: there is something. 3: it breaks lines of policies/contract.toml,
    or nothing shows what it does to access.
    """
    settings, found = opened(project)
    policies_only = only is not None
    outcome = deploy.plan(settings, found, policies_only=policies_only, repair=repair)
    effect = (
        foresee(settings, found, outcome.changes, policies_only=policies_only, repair=repair)
        if access
        else None
    )
    show_outcome(outcome, "no changes", every=every)
    show_drift(outcome, repaired=repair)
    if script is not None and outcome:
        text = deploy.planned_script(settings, found, policies_only=policies_only, repair=repair)
        script.write_text(text, "utf-8")
    if effect is not None and outcome:
        _show_effect(effect)
    if report is not None:
        report.write_text(json.dumps(_as_dict(outcome, effect), indent=1) + "\n", "utf-8")
    is_open = effect is not None and bool(effect.breaks or effect.unproven)
    raise typer.Exit(_BREAKS if is_open else _DIFFERS if outcome else 0)


def _show_effect(effect: Effect) -> None:
    for difference in effect.differences:
        typer.echo(str(difference))
    for line in effect.breaks:
        typer.echo(f"breaks {line}")
    for line in effect.broken:
        typer.echo(f"broken already: {line}")
    if effect.unproven:
        typer.echo(f"not tried: {effect.unproven}")
    # What is new may break it, and widens nothing: `safe` must not stand alone then.
    breaks = ", and breaks the contract" if effect.breaks else ""
    typer.echo(f"verdict: {effect.verdict}{breaks} ({effect.cases:,} cases tried)")


def _as_dict(outcome: Outcome, effect: Effect | None) -> dict[str, object]:
    return {
        "revisions": outcome.revisions,
        "files": outcome.files,
        "changes": [
            {"change": str(change), "before": change.previous, "after": change.definition}
            for change in outcome.changes
        ],
        "settings_changed": outcome.settings_changed,
        "drift": [str(change) for change in outcome.drift],
        "effect": effect.as_dict() if effect else None,
    }
