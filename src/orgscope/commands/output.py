"""How the commands of the mirror show rows and times: nothing is cut, nothing is markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

__all__ = ["count", "print_record", "print_table", "show", "words"]

_WIDEST: Final = 10_000
"""How many columns a table may take: far more than any row of ids, times and messages."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns; wider than the terminal rather than cut."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*map(_cell, row))
    _print(table)


def print_record(record: Mapping[str, object]) -> None:
    """Print one row, a line for each column."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    for name, value in record.items():
        table.add_row(name.replace("_", " "), _cell(value))
    _print(table)


def show(value: object) -> str:
    """Return a value as the commands show it: UTC and spans to the second, ``-`` for nothing."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    if isinstance(value, timedelta):
        return str(timedelta(seconds=round(value.total_seconds())))
    if isinstance(value, (list, tuple)):
        return ", ".join(map(show, value)) or "-"
    # What came from outside could move the cursor, or change the title of the terminal.
    return "".join(one if one.isprintable() else "\ufffd" for one in str(value))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 page``, ``2 pages``; ``plural`` is for a noun that takes more than an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def words(counts: Counter[str]) -> str:
    """Return ``3 applied, 1 stale``."""
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))


def _cell(value: object) -> Text:
    return Text(show(value))


def _print(table: Table) -> None:
    console = Console(highlight=False)
    whole = console.options.update(max_width=_WIDEST)
    console.width = max(1, Measurement.get(console, whole, table).maximum)
    with console.capture() as captured:
        console.print(table)
    # The last column is padded to its longest cell, and would wrap for nothing.
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
