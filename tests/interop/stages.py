"""What is done, stage by stage, and what must hold after each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from orgscope.commands.output import count, print_table
from tests.interop.comparison import Comparison
from tests.interop.contents import Change, change_behind_the_feed, change_much, fill
from tests.interop.deviations import Deviations
from tests.interop.emulator import Emulator
from tests.interop.mirror import Mirror
from tests.interop.probes import probe
from tests.interop.shapes import MODELS, event_deviations, object_deviations

__all__ = ["Interop", "misnamed"]

BEHIND_S: Final = 65
"""For how long a change counts as on its way, and not as drift, in seconds, and some."""

_DRIFT: Final = 3
_MOST_SHOWN: Final = 20

Key = tuple[str, str]


@dataclass(slots=True)
class Interop:
    """One run. ``faults`` are the sentences of what should not be."""

    emulator: Emulator
    mirror: Mirror
    deviations: Deviations = field(default_factory=Deviations)
    faults: list[str] = field(default_factory=list)
    compared: list[tuple[str, Comparison]] = field(default_factory=list)

    def play(self, *, plant: bool = False) -> None:
        """Do everything; ``plant`` makes the mirror wrong before the last comparison."""
        fill(self.emulator)
        self.deviations.meet(probe(self.emulator))
        self._backfill()
        self._read_feed("feed")
        self._reconcile("reconcile")
        self._drift()
        self._lose_cursor()
        self._look_at_shapes()
        if plant:
            self.mirror.plant_difference()
            self._compare("planted difference")

    def report(self) -> int:
        """Print what was compared and met; return the exit status."""
        print_table(
            ("compared after", "objects", "fields", "differences"),
            [(name, one.objects, one.fields, len(one.differences)) for name, one in self.compared],
        )
        print()
        print_table(("known deviation", "met", "what", "where"), self.deviations.rows())
        for name in self.deviations.not_met:
            print(f"not met: {name}")
        for name in self.deviations.unknown:
            print(f"unknown deviation: {name} ({self.deviations.met[name]})")
        for one in self.faults:
            print(f"fault: {one}")
        differences = [one for _, comparison in self.compared for one in comparison.differences]
        for difference in differences[:_MOST_SHOWN]:
            print(f"difference: {difference}")
        wrong = len(differences) + len(self.faults) + len(self.deviations.unknown)
        print(
            f"interop: {count(sum(one.objects for _, one in self.compared), 'object')}, "
            f"{count(sum(one.fields for _, one in self.compared), 'field')}, "
            f"{count(wrong, 'difference')}, {count(len(self.deviations.rows()), 'known deviation')}"
        )
        return 1 if wrong else 0

    def _backfill(self) -> None:
        done = self.mirror.run("backfill")
        self._expect(done.returncode == 0, f"backfill ended with {done.returncode}: {done.stderr}")
        self._compare("backfill")

    def _read_feed(self, stage: str) -> None:
        """Read the feed from its beginning, in whichever order it comes."""
        self._feed_once()
        missed = self.mirror.missed(self.emulator.events())
        self._expect(not missed, f"{stage}: {count(len(missed), 'event')} not in the inbox")
        failed = [f"{type_}: {error}" for _, type_, error in self.mirror.failed()]
        self._expect(not failed, f"{stage}: {count(len(failed), 'event')} failed, {failed[:3]}")
        self._compare(stage)

    def _drift(self) -> None:
        """Change what the feed will not tell, and have it found, mended, and found no more."""
        changes = change_much(self.emulator)
        self._feed_once()
        for _ in self.mirror.missed(self.emulator.events()):
            self.deviations.meet(["events: missed behind the cursor"])
        print(f"waiting {BEHIND_S} s, until what changed is drift and not on its way", flush=True)
        time.sleep(BEHIND_S)
        status, report, said = self.mirror.reconcile()
        self._expect(status == _DRIFT, f"reconcile of drift ended with {status}: {said}")
        for one in misnamed(changes, report.get("differences", []), "found"):
            self.faults.append(f"reconcile: {one}")
        stale = self.mirror.compare()
        self._expect(changes.keys() <= stale.ids(), "reconcile without repair mended something")
        status, report, said = self.mirror.reconcile("--repair")
        self._expect(status == 0, f"reconcile --repair ended with {status}: {said}")
        for one in misnamed(changes, report.get("differences", []), "mended"):
            self.faults.append(f"reconcile --repair: {one}")
        self._compare("repair")
        self._reconcile("reconcile after repair")

    def _lose_cursor(self) -> None:
        """Change what only events tell, and read them all again behind a cursor that is lost."""
        change_behind_the_feed(self.emulator)
        self.mirror.forget_cursor()
        self._read_feed("feed, cursor lost")
        self._reconcile("reconcile after feed")

    def _look_at_shapes(self) -> None:
        for family, objects in self.emulator.objects().items():
            for one in objects:
                self.deviations.meet(object_deviations(one, MODELS[family]))
        for event in self.emulator.events():
            self.deviations.meet(event_deviations(event))

    def _reconcile(self, stage: str) -> None:
        status, report, said = self.mirror.reconcile()
        named = [f"{one['family']} {one['kind']}" for one in report.get("differences", [])]
        self._expect(status == 0, f"{stage} ended with {status}, {named[:5]}: {said}")
        self._compare(stage)

    def _feed_once(self) -> None:
        done = self.mirror.run("feed", "--once")
        self._expect(done.returncode == 0, f"feed ended with {done.returncode}: {done.stderr}")
        print(f"feed: {done.stdout.strip()}", flush=True)

    def _compare(self, stage: str) -> None:
        result = self.mirror.compare()
        self.compared.append((stage, result))
        print(
            f"{stage}: {count(result.objects, 'object')}, {count(result.fields, 'field')}, "
            f"{count(len(result.differences), 'difference')}",
            flush=True,
        )

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.faults.append(otherwise)


def misnamed(
    changes: Mapping[Key, Change], differences: list[dict[str, Any]], state: str
) -> list[str]:
    """Return what a report of a reconcile says otherwise than it should of changes.

    A repair may name more: what it finds below parents that it has made.
    """
    named = {(one["family"], one["object_id"]): one for one in differences}
    result = []
    for key, change in changes.items():
        one = named.pop(key, None)
        if one is None and change.goes_with_parent and state == "mended":
            continue
        if one is None:
            result.append(f"{change.kind} {' '.join(key)} is not named")
            continue
        if (one["kind"], one["state"]) != (change.kind, state):
            result.append(f"{change.kind} {' '.join(key)} is {one['kind']}, {one['state']}")
        elif change.kind == "fields" and set(one["fields"] or ()) != change.fields:
            result.append(f"{change.kind} {' '.join(key)} differs in {one['fields']}")
    if state == "found":
        result += [f"{one['kind']} {' '.join(key)} is named" for key, one in named.items()]
    return result
