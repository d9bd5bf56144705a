"""What a run keeps of a page, beside what it changes in the mirror."""

from __future__ import annotations

import json

import pytest

from tests.database import organization, unique, user
from tests.sql.sync.mirror import EPOCH, Mirror


@pytest.mark.parametrize(
    ("kind", "families"),
    [
        ("backfill", ["organization"]),
        ("reconcile", ["organization", "user"]),
    ],
)
def test_apply_page__backfill__keeps_only_the_keys_of_parents(
    mirror: Mirror, kind: str, families: list[str]
) -> None:
    """A reconcile asks who is gone; a backfill only whose lists it has to read."""
    [(run_id,)] = mirror.connection.execute("select sync.open_run(%s, 'all')", (kind,)).fetchall()
    pages = {
        "/organizations": organization(unique("org")),
        "/user_management/users": user(unique("user")),
    }
    for path, shown in pages.items():
        [(listed,)] = mirror.connection.execute(
            "select p.listed from sync.apply_page(%s, %s, null, null, %s, %s) as p",
            (run_id, path, json.dumps([shown]), EPOCH),
        ).fetchall()
        assert listed == 1
    kept = mirror.database.rows(
        "select family from sync.run_objects where run_id = %s order by family", (run_id,)
    )
    assert [family for (family,) in kept] == families
