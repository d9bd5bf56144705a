"""Which lists a run reads next, and in which order families are."""

from __future__ import annotations

import json

import pytest

from tests.database import organization, unique, user
from tests.sql.sync.mirror import EPOCH, Mirror

FREE = 8
GROUP = {"id": "group_01A", "updated_at": "2026-01-15T12:00:00.000Z"}


class Lists:
    """The lists of a run: those that are being read, and those that are at their end."""

    def __init__(self, mirror: Mirror, scope: str = "all") -> None:
        self._call = mirror.connection.execute
        [(self._run_id,)] = self._call("select sync.open_run('backfill', %s)", (scope,)).fetchall()
        self.reading: dict[str, str] = {}

    def ask(self) -> set[str]:
        """Begin to read lists until none is to be read; return the families that are read now."""
        while found := self._call(
            "select path, family from sync.next_lists(%s, %s, %s)",
            (self._run_id, FREE, [*self.reading]),
        ).fetchall():
            self.reading.update(dict(found))
        return set(self.reading.values())

    def end(self, family: str, *objects: object) -> None:
        """Read the lists of a family to their end; the first one has some objects."""
        shown = list(objects)
        for path in [path for path, of in self.reading.items() if of == family]:
            del self.reading[path]
            self._call(
                "select sync.apply_page(%s, %s, null, null, %s, %s)",
                (self._run_id, path, json.dumps(shown), EPOCH),
            )
            shown = []

    def fail(self, family: str) -> None:
        """Fail to read the lists of a family; the run does not ask for them again."""
        for path in [path for path, of in self.reading.items() if of == family]:
            self._call("select sync.fail_list(%s, %s, 'WorkOS is away')", (self._run_id, path))


def family(mirror: Mirror, name: str, parents: dict[str, str], list_parent: str) -> None:
    """Register a family over a table that is there."""
    mirror.database.admin.execute(
        """
        select sync.register_family(
          name => %s, relation => 'workos.groups',
          upsert => 'sync.upsert_group(jsonb[], sync.change)', events => '{}', parents => %s,
          list_paths => array['/' || %s || '/{id}'], list_parent => %s
        )""",
        (name, json.dumps(parents), name, list_parent),
    )


def test_next_lists__users_are_still_read__memberships_wait_and_roles_do_not(
    mirror: Mirror,
) -> None:
    lists = Lists(mirror)
    assert "user" in lists.ask()
    lists.end("organization", organization(unique("org")))
    assert {"role", "group"} <= lists.ask()
    assert "organization_membership" not in lists.ask()
    lists.end("user", user(unique("user")))
    assert "organization_membership" in lists.ask()


def test_next_lists__organizations_are_still_read__their_children_wait(mirror: Mirror) -> None:
    lists = Lists(mirror)
    assert lists.ask() == {"organization", "user", "permission"}
    lists.end("organization", organization(unique("org")))
    assert lists.ask() >= {"connection", "directory", "invitation"}


def test_next_lists__parent_whose_lists_are_not_known_yet__waited_for(mirror: Mirror) -> None:
    lists = Lists(mirror)
    lists.ask()
    org = organization(unique("org"))
    lists.end("organization", org)
    lists.ask()
    lists.end("group", {**GROUP, "organization_id": org["id"]})
    assert "group_member" not in lists.ask()
    lists.end("user")
    assert "group_member" not in lists.ask()
    lists.end("organization_membership")
    assert "group_member" in lists.ask()


def test_next_lists__list_of_a_parent_failed__not_waited_for(mirror: Mirror) -> None:
    lists = Lists(mirror)
    lists.ask()
    lists.end("organization", organization(unique("org")))
    lists.fail("user")
    assert "organization_membership" in lists.ask()


def test_next_lists__run_of_one_organization__waits_for_nothing_that_it_does_not_read(
    mirror: Mirror,
) -> None:
    org = organization(unique("org"))
    mirror.receive("organization.created", org)
    lists = Lists(mirror, f"organization:{org['id']}")
    assert lists.ask() == {"organization_membership", "role", "group"}
    lists.end("group", {**GROUP, "organization_id": org["id"]})
    lists.end("organization_membership")
    assert lists.ask() == {"role", "group_member"}


def test_next_lists__families_that_are_parents_of_each_other__read_in_the_end(
    mirror: Mirror,
) -> None:
    family(mirror, "one", {"organization_id": "organization", "other_id": "other"}, "organization")
    family(mirror, "other", {"organization_id": "organization", "one_id": "one"}, "organization")
    lists = Lists(mirror)
    lists.ask()
    lists.end("organization", organization(unique("org")))
    for _ in range(9):
        asked = lists.ask()
        if {"one", "other"} & asked:
            break
        for one in asked:
            lists.end(one)
    lists.end("one")
    assert "other" in lists.ask()


def test_next_lists__many_parents__one_family_at_a_time(mirror: Mirror) -> None:
    lists = Lists(mirror)
    lists.ask()
    lists.end("user")
    lists.end("organization", *(organization(unique("org")) for _ in range(9)))
    mirror.connection.execute("select sync.next_lists(%s, 8, %s)", (1, [*lists.reading]))
    counted = mirror.database.rows(
        "select family, count(*) from sync.run_lists where parent_id is not null group by 1"
    )
    assert [number for _, number in counted] == [9]


@pytest.mark.parametrize("odd", ["org/../users", "org?x", ".org", "{id}"])
def test_next_lists__id_that_is_no_part_of_a_path__not_asked_for(mirror: Mirror, odd: str) -> None:
    mirror.receive("organization.created", organization(odd))
    lists = Lists(mirror, f"organization:{odd}")
    assert lists.ask() == set()
