"""The parts of interop that need no emulator: what is compared, counted and expected."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.database import UPDATED_AT, Database, member, organization, user
from tests.interop.cannot_run import CannotRun
from tests.interop.comparison import TABLES, Comparison, compare
from tests.interop.contents import Change
from tests.interop.deviations import KNOWN, Deviation, Deviations
from tests.interop.packages import install
from tests.interop.probes import PROBES
from tests.interop.shapes import MODELS, event_deviations, object_deviations
from tests.interop.stages import misnamed

ADA = {"object": "user", "id": "user_1", "first_name": "Ada", "updated_at": UPDATED_AT}
ROW = {
    "id": "user_1",
    "raw": dict(ADA),
    "lossy": False,
    "first_name": "Ada",
    "source_updated_at": datetime(2026, 1, 15, 12, tzinfo=UTC),
    "origin": "api",
}


def said(result: Comparison) -> list[tuple[str, str]]:
    """Return field and sentence of each difference."""
    return [(one.field, one.says) for one in result.differences]


def test_compare__row_is_the_object__every_field_counts() -> None:
    result = compare("user", [ADA], [ROW])
    assert (result.objects, result.fields, result.differences) == (1, 4 + 2 + 1, [])


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"raw": {**ADA, "first_name": "Eve"}}, ("raw.first_name", "differs")),
        ({"raw": {**ADA, "first_name": None}}, ("raw.first_name", "differs")),
        ({"raw": {**ADA, "locale": None}}, ("raw.locale", "is in the mirror only")),
        ({"raw": {**ADA, "updated_at": 1}}, ("raw.updated_at", "differs")),
        (
            {"raw": {name: ADA[name] for name in ADA if name != "object"}},
            ("raw.object", "is missing in the mirror"),
        ),
        ({"first_name": "Eve"}, ("first_name", "differs")),
        ({"source_updated_at": datetime(2026, 1, 15, 13, tzinfo=UTC)}, ("source_updated_at", "differs")),
        ({"lossy": True}, ("lossy", "differs")),
        ({"raw": None}, ("", "is a stub in the mirror")),
    ],
)  # fmt: skip
def test_compare__one_field_is_wrong__it_is_named(
    change: dict[str, Any], differs: tuple[str, str]
) -> None:
    assert said(compare("user", [ADA], [{**ROW, **change}])) == [differs]


def test_compare__bool_and_number__differ() -> None:
    row = {**ROW, "raw": {**ADA, "email_verified": 1}}
    result = compare("user", [{**ADA, "email_verified": True}], [row])
    assert said(result) == [("raw.email_verified", "differs")]


def test_compare__only_one_side_has_it__named() -> None:
    assert said(compare("user", [ADA], [])) == [("", "is missing in the mirror")]
    assert said(compare("user", [], [ROW])) == [("", "lives in the mirror only")]


def test_compare__rows_of_a_real_mirror__no_difference(database: Database) -> None:
    listed = {"user": [user("user_1")], "organization": [organization("org_1")]}
    listed["organization_membership"] = [member("user_1", "org_1")]
    for family, objects in listed.items():
        for one in objects:
            database.receive(f"{family}.created", one)
    for family, objects in listed.items():
        query = f"select to_jsonb(t), t.source_updated_at, t.created_at from {TABLES[family]} as t"
        rows = [
            {**row, "source_updated_at": version, "created_at": created}
            for row, version, created in database.rows(query)
        ]
        assert said(compare(family, objects, rows)) == []


def test_object_deviations__as_documented__none() -> None:
    assert list(object_deviations(user("user_1"), MODELS["user"])) == []


def test_object_deviations__keys_and_prefix_differ__each_is_named() -> None:
    payload = {**user("person_1"), "nickname": "A"}
    del payload["email"]
    assert list(object_deviations(payload, MODELS["user"])) == [
        "user: email is missing",
        "user: nickname is extra",
        "user: id has another prefix",
    ]


def test_event_deviations__envelope_and_data__both_are_looked_at() -> None:
    data = {**user("user_1"), "nickname": "A"}
    event = {"object": "event", "id": "evt_1", "event": "user.created", "data": data}
    assert list(event_deviations(event)) == [
        "event: created_at is missing",
        "event: id has another prefix",
        "user: nickname is extra",
    ]


def test_event_deviations__name_that_workos_does_not_have__named() -> None:
    event = {"object": "event", "id": "event_1", "event": "connection.created", "data": {}}
    assert list(event_deviations(event)) == ["event: connection.created is no event of WorkOS"]


def test_deviations__met__known_are_counted_and_others_are_unknown() -> None:
    deviations = Deviations({"a: b": Deviation("what", "where"), "c: d": Deviation("", "")})
    deviations.meet(["a: b", "x: y"])
    deviations.meet(["a: b"])
    assert deviations.rows() == [("a: b", 2, "what", "where")]
    assert (deviations.unknown, deviations.not_met) == (["x: y"], ["c: d"])


def test_probes__their_names__are_declared() -> None:
    assert PROBES.keys() - KNOWN.keys() == set()


CHANGES = {
    ("user", "user_1"): Change("fields", frozenset({"first_name", "updated_at"})),
    ("user", "user_2"): Change("orphan"),
    ("organization_membership", "om_1"): Change("orphan", goes_with_parent=True),
}


def named(family: str, object_id: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return a difference as a report of a reconcile has it."""
    return {"family": family, "object_id": object_id, "kind": kind, "state": "found", **more}


REPORT = [
    named("user", "user_1", "fields", fields=["first_name", "updated_at"]),
    named("user", "user_2", "orphan", fields=None),
    named("organization_membership", "om_1", "orphan", fields=None),
]


def test_misnamed__report_names_each_change__nothing() -> None:
    assert misnamed(CHANGES, REPORT, "found") == []


def test_misnamed__repair__children_go_with_their_parent() -> None:
    mended = [{**one, "state": "mended"} for one in REPORT]
    assert misnamed(CHANGES, mended[:2], "mended") == []
    assert misnamed(CHANGES, mended[1:], "mended") == ["fields user user_1 is not named"]


@pytest.mark.parametrize(
    ("report", "wrong"),
    [
        (REPORT[:2], "orphan organization_membership om_1 is not named"),
        ([*REPORT, named("user", "user_9", "missing")], "missing user user_9 is named"),
        (
            [{**REPORT[0], "fields": ["first_name"]}, *REPORT[1:]],
            "fields user user_1 differs in ['first_name']",
        ),
        (
            [{**REPORT[0], "state": "behind"}, *REPORT[1:]],
            "fields user user_1 is fields, behind",
        ),
    ],
)
def test_misnamed__report_is_wrong__said(report: list[dict[str, Any]], wrong: str) -> None:
    assert misnamed(CHANGES, report, "found") == [wrong]


def test_install__no_node__says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match="Expected node in PATH.*Install Node 20"):
        install()
