"""``orgscope policy explain``: why a request sees a row, or does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from orgscope.commands.options import ProjectOption, opened
from orgscope.explain import Asked, Clause, Explanation
from orgscope.explain import explain as explained

__all__ = ["explain"]

_OUT_OF_REACH: Final = 2
_NO_ROW: Final = 3
_WORDS: Final = {True: "true", False: "false", None: "?"}


def explain(
    table: Annotated[str, typer.Argument(help="With its schema, such as app.events.")],
    *,
    user: Annotated[str | None, typer.Option(help="The WorkOS user id; without: a job.")] = None,
    org: Annotated[str | None, typer.Option(help="The WorkOS organization id.")] = None,
    reason: Annotated[str, typer.Option(help="Why; audit.contexts keeps it.")],
    command: Annotated[str, typer.Option(help="select, insert, update or delete.")] = "select",
    row: Annotated[
        list[str] | None,
        typer.Option(help="COLUMN=VALUE of one row; may be given again. Without: count all rows."),
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="Their role; by default that of the mirror.")
    ] = None,
    permission: Annotated[
        list[str] | None, typer.Option(help="A permission of theirs; may be given again.")
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Say why a request reaches a row, or does not: each clause, with the claims filled in.

    No context of the person is opened; the administrator's is, for the reason. Needs
    ORGSCOPE_ADMIN_URL. Exit code 0: it is reached, or it depends on the row. 2: it is not. 3: there
    is no row by which it could be told.
    """
    pairs = dict(_pair(one) for one in row or ())
    permissions = None if permission is None else tuple(permission)
    settings, _ = opened(project)
    asked = Asked(table, user, org, command, pairs, role, permissions)
    explanation = explained(settings, asked, reason=reason)
    for line in _lines(asked, explanation):
        typer.echo(line)
    if explanation.reaches is None and explanation.no_row:
        raise typer.Exit(_NO_ROW)
    raise typer.Exit(_OUT_OF_REACH if explanation.reaches is False else 0)


def _pair(text: str) -> tuple[str, str]:
    column, separator, value = text.partition("=")
    if not separator:
        raise typer.BadParameter(f"expected COLUMN=VALUE, such as id=5, and not {text!r}.")
    return column, value


def _lines(asked: Asked, explanation: Explanation) -> Iterator[str]:
    claims = explanation.claims
    who = f"{claims.user_id or 'a job'} in {claims.org_id or 'no organization'}"
    held = f"role {claims.role or '-'}, permissions {', '.join(claims.permissions) or '-'}"
    yield f"{asked.command} on {asked.table} by {who} ({held})"
    context = "opens" if explanation.refused is None else f"refused with {explanation.refused}"
    yield f"  {_mark(explanation.refused is None)}context: {context}, by the mirror"
    yield f"  {_mark(explanation.granted)}grant to the request role"
    for policy in explanation.policies:
        kind = "permissive" if policy.permissive else "restrictive"
        yield f"  {_mark(policy.truth)}{kind} {policy.name}"
        for word, clause in policy.clauses:
            yield from _clause(clause, f"{word} ", 2)
        if policy.reads:
            names = ", ".join(policy.reads)
            yield f"         reads {names}: here as the administrator sees it"
    unknown = "cannot be told" if explanation.no_row else "depends"
    reached = {True: "reached", False: "not reached", None: unknown}[explanation.reaches]
    yield f"{reached}: {explanation.why}"


def _clause(clause: Clause, word: str, depth: int) -> Iterator[str]:
    note = f"   -- {clause.note}" if clause.note else ""
    text = "all of" if clause.operator == "and" else "one of" if clause.operator else clause.text
    yield f"{'  ' * depth}{_mark(clause.truth)}{word}{text}{note}"
    for part in clause.parts:
        yield from _clause(part, "", depth + 1)


def _mark(truth: bool | None) -> str:
    return f"{_WORDS[truth]:<6}"
