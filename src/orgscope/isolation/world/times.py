"""Times for rows: those between which a policy may draw the line.

PostgreSQL prints of an interval years, months and days as words, and the rest as on a clock.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["past", "times"]

_EVER: Final = ("2001-01-15 12:00Z", "2099-01-15 12:00Z", "yesterday", "now", "tomorrow")
_INTERVAL: Final = re.compile(r"'([^']+)'::interval")
_MADE: Final = re.compile(r"\b(year|month|week|day|hour|min|sec)s => '?(\d+(?:\.\d+)?)")
"""An argument of make_interval."""
_PRINTED: Final = re.compile(r"(\d+) (year|mon|day)s?\b")
_CLOCK: Final = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_LITERAL: Final = re.compile(r"'(\d{4}-\d\d-\d\d[^']*)'::(?:date|timestamp)")
_DATED: Final = re.compile(r"\bcurrent_date [-+] (\d{1,5})\b", re.IGNORECASE)
_MONTHS: Final = {"year": 12, "month": 1, "mon": 1}
_SECONDS: Final = {"week": 604_800, "day": 86_400, "hour": 3_600, "min": 60, "sec": 1}
_MOST_MONTHS: Final = 12_000
_MOST_SECONDS: Final = 30_000_000_000
_MARGIN: Final = timedelta(hours=1)
"""How far inside and outside of a long interval: the test takes a while."""

_Span = tuple[int, timedelta]
"""Months, and what is of one length."""


def times(texts: Sequence[str], kind: str) -> list[str]:
    """Return times of long ago, far away and now, after those beside each that the texts name.

    Just inside and outside of its intervals, counted from now into the past and the future, and of
    its literals. ``kind`` is the type of the column.
    """
    now = datetime.now(UTC)
    spans = sorted(set(_spans(texts)))
    lengths = [_shifted(now, span, 1) - now for span in spans]
    margin = min([_MARGIN, *(length / 4 for length in lengths)])
    margin = timedelta(days=1) if kind == "date" else margin
    bounds = [_shifted(now, span, sign) for sign in (-1, 1) for span in spans]
    said = list(_literals(texts))
    beside = [one + step for one in (*bounds, *said) for step in (-margin, margin)]
    return [*dict.fromkeys(f"{one:%Y-%m-%d %H:%M:%S}Z" for one in (*beside, *said)), *_EVER]


def past(found: Iterable[str | None]) -> list[str | None]:
    """Return those of `times`, and of none, that are not in the future."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z"
    return [one for one in found if one is None or one in {"yesterday", "now"} or one < now]


def _spans(texts: Iterable[str]) -> Iterator[_Span]:
    """Yield the intervals of the texts, but those of none and of a thousand years."""
    for text in texts:
        amounts = [_PRINTED.findall(one) + _of_clock(one) for one in _INTERVAL.findall(text)]
        amounts += [[(number, unit)] for unit, number in _MADE.findall(text)]
        amounts += [[(number, "day")] for number in _DATED.findall(text)]
        for one in amounts:
            months = sum(int(float(number)) * _MONTHS.get(unit, 0) for number, unit in one)
            rest = sum(float(number) * _SECONDS.get(unit, 0) for number, unit in one)
            if (months or rest) and months < _MOST_MONTHS and rest < _MOST_SECONDS:
                yield months, timedelta(seconds=rest)


def _of_clock(interval: str) -> list[tuple[str, str]]:
    return [
        (number, unit)
        for found in _CLOCK.findall(interval)
        for number, unit in zip(found, ("hour", "min", "sec"), strict=True)
    ]


def _shifted(now: datetime, span: _Span, sign: int) -> datetime:
    """Return the time that is an interval later, earlier with the sign -1."""
    months, rest = span
    year, month = divmod(now.year * 12 + now.month - 1 + sign * months, 12)
    day = min(now.day, monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day) + sign * rest


def _literals(texts: Iterable[str]) -> Iterator[datetime]:
    for text in texts:
        for literal in _LITERAL.findall(text):
            try:
                found = datetime.fromisoformat(literal)
            except ValueError:  # One that Python cannot say, such as 44 BC.
                continue
            yield found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
