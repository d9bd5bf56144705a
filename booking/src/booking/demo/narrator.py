"""Tells the story: what happens, the SQL or HTTP that ran, and whether the promise was kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import cleandoc

from rich.console import Console
from rich.syntax import Syntax

__all__ = ["Narrator", "PromiseBroken"]


class PromiseBroken(AssertionError):
    """A step of the story did not end as promised."""


@dataclass
class Narrator:
    """Prints the steps; ``check`` is what makes a step more than talk."""

    console: Console = field(default_factory=lambda: Console(highlight=False, width=100))
    steps: int = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Open a numbered step."""
        self.steps += 1
        self.console.print(f"\n[bold]{self.steps}. {title}[/bold]")
        yield

    def say(self, text: str) -> None:
        """Say one plain sentence."""
        self.console.print(f"   {text}")

    def show(self, code: str, language: str = "sql") -> None:
        """Show what ran: ``sql`` or ``http``."""
        self.console.print(
            Syntax(cleandoc(code), language, theme="ansi_dark", padding=(0, 3), word_wrap=True)
        )

    def check(self, promise: str, kept: bool) -> None:
        """Assert a promise and say so. Raises PromiseBroken."""
        if not kept:
            self.console.print(f"   [bold red]✗ {promise}[/bold red]")
            raise PromiseBroken(promise)
        self.console.print(f"   [green]✓ {promise}[/green]")
