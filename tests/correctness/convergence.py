"""What *converged* means, and whether a mirror is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from orgscope.devworkos import DevWorkOS
from tests.chaos.expected import Key, expected_objects
from tests.chaos.mirror_rows import follow_changes, read_mirror
from tests.chaos.verdict import is_silent
from tests.database import Database

__all__ = ["Expected", "check_converged", "replayed"]

Expected = Mapping[Key, dict[str, Any] | None]
"""What each object must be, by family and key: its fields, or None for a tombstone."""


FIRST: Final = expected_objects(DevWorkOS()).keys()
"""The roles and permissions that every world begins with. They have no events: a run reads them."""


def check_converged(
    database: Database, expected: Expected | DevWorkOS, *, whole: bool = False
) -> None:
    """Assert that the mirror holds these objects and nothing else, all of it once.

    Row set, content and tombstones are as expected; no stub waits, no event has failed; each
    version is in the history once; and whoever follows the change feed from its beginning has the
    same objects. Of a world every field counts but what ``expected_objects`` leaves out, because
    the mirror does so on purpose, and ``SILENT``, what WorkOS changes without an event. What never
    had an event may be missing, unless ``whole``: a run has read it.
    """
    rows = read_mirror(database.admin)
    assert [key for key, row in rows.items() if row.raw is None and not row.dead] == [], "stubs"
    live = {key: row.raw or {} for key, row in rows.items() if not row.dead}
    if isinstance(expected, DevWorkOS):
        world = expected_objects(expected)
        assert live.keys() - world.keys() == set()
        assert world.keys() - live.keys() <= (set() if whole else FIRST)
        assert list(_differences(live, world)) == []
    else:
        assert live == {key: fields for key, fields in expected.items() if fields is not None}
        dead = {key for key, row in rows.items() if row.dead}
        assert dead == {key for key, fields in expected.items() if fields is None}
    assert database.rows("select id, error from sync.inbox where status = 'failed'") == []
    assert replayed(database) == live.keys()
    assert (
        database.rows(
            "select family, object_id, source_updated_at from sync.history "
            "group by family, object_id, source_updated_at, event_id, deleted_at, raw, "
            "case when origin in ('api', 'repair') then synced_at end "
            "having count(*) > 1"
        )
        == []
    )
    assert (
        database.rows(
            "select family, object_id, event_id from sync.changes where event_id <> '' "
            "group by family, object_id, event_id having count(*) > 1"
        )
        == []
    )


def replayed(database: Database, most: int = 500) -> set[Key]:
    """Return what lives for a consumer that follows the change feed, ``most`` rows at a time."""
    with database.connect("sync") as connection:
        return follow_changes(connection, most)


def _differences(
    live: Mapping[Key, dict[str, Any]], world: Mapping[Key, dict[str, Any]]
) -> Iterator[tuple[Key, str]]:
    for key, fields in live.items():
        for name, value in world[key].items():
            if fields.get(name) != value and not is_silent(key, name, value):
                yield key, name
