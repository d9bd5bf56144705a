"""`explain`: whether the context would open, as ``authz.begin`` and ``begin_system`` decide it."""

from __future__ import annotations

from tests.database import Database, organization, unique, user
from tests.explain.conftest import OTHER_ORG, OTHER_USER, Ask, row
from tests.sql.authz.tenants import begin_refusal, refusal
from tests.tokens import ORG_ID, USER_ID


def test_explain__whoever_asks__context_first(ask: Ask) -> None:
    whys = [
        ask(**{"row": row(ORG_ID), **changes}).why
        for changes in (
            {"user_id": "user_01STRANGER"},
            {"org_id": OTHER_ORG},
            {"command": "delete"},
            {"user_id": None, "command": "delete"},
            {"user_id": None, "org_id": "org_nope"},
        )
    ]
    assert whys == [
        "authz.begin refuses the person (WS312)",
        "authz.begin refuses the person (WS312)",
        "delete_own lets it through",
        "no policy lets it through",
        "authz.begin_system refuses the job (WS311)",
    ]


def test_explain__context__refused_as_begin_and_begin_system_refuse_it(
    ask: Ask, practices: Database
) -> None:
    practices.put_key()
    gone, left = unique("user"), unique("org")
    practices.add_member(gone)
    practices.receive("user.deleted", user(gone))
    practices.add_member(USER_ID, left)
    practices.receive("organization.deleted", organization(left))
    said, met = {}, {}
    with practices.connect("job") as jobs:
        for org_id in (None, ORG_ID, OTHER_ORG, left, "org_nope"):
            said[None, org_id] = ask(user_id=None, org_id=org_id).refused
            jobs.execute("begin")
            call = "select authz.begin_system(%s, 'a job', 'a reason')"
            met[None, org_id] = refusal(jobs, call, (org_id,))
            jobs.execute("rollback")
            for person in (USER_ID, OTHER_USER, gone, "user_01STRANGER"):
                said[person, org_id] = ask(user_id=person, org_id=org_id).refused
                met[person, org_id] = begin_refusal(practices, practices.token(person, org_id))
        said[None, "nope"] = ask(user_id=None, org_id="nope").refused
    assert said == {**met, (None, "nope"): "WS323"}
    assert {*said.values()} == {None, "WS310", "WS311", "WS312", "WS323", "WS324"}


def test_explain__membership_ended__refused_by_the_mirror(ask: Ask, practices: Database) -> None:
    person = unique("user")
    practices.receive("user.created", user(person))
    member = practices.add_member(person, status="inactive")
    assert member["status"] == "inactive"
    assert ask(user_id=person, row=row(ORG_ID)).refused == "WS313"
