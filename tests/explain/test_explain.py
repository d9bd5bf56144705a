"""`explain`: each clause with the claims of somebody filled in, as the administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orgscope.errors import ConfigurationError, Forbidden
from orgscope.explain import Asked, Clause, explain
from tests.database import Database, unique
from tests.explain.conftest import EVENT, OTHER_ORG, Ask, row
from tests.projects import BOOKING
from tests.tokens import ORG_ID, USER_ID


def leaves(clause: Clause) -> list[tuple[str, bool | None]]:
    if not clause.parts:
        return [(clause.text, clause.truth)]
    return [leaf for part in clause.parts for leaf in leaves(part)]


def test_explain__row__which_clause_lets_it_through_and_which_does_not(ask: Ask) -> None:
    found = ask(row=row(ORG_ID))
    assert found.reaches is True
    assert found.why == "select_own_org lets it through"
    [policy] = found.policies
    assert [leaves(clause) for _, clause in policy.clauses] == [
        [(f"(org_id = '{ORG_ID}'::text)", True)]
    ]
    other = ask(row=row(OTHER_ORG))
    assert (other.reaches, other.why) == (False, "no policy lets it through")
    assert other.policies[0].clauses[0][1].truth is False


def test_explain__update__using_and_check_clause_by_clause(ask: Ask, practices: Database) -> None:
    other = unique("user")
    practices.add_member(other)
    found = ask(user_id=other, command="update", row=row(ORG_ID))
    assert found.reaches is False
    [policy] = found.policies
    assert [word for word, _ in policy.clauses] == ["using", "with check"]
    assert leaves(policy.clauses[0][1]) == [
        (f"(org_id = '{ORG_ID}'::text)", True),
        (f"(owner_id = '{other}'::text)", False),
    ]


def test_explain__restrictive_policy__named_as_what_hides_the_row(
    ask: Ask, practices: Database
) -> None:
    practices.admin.execute(
        "create policy restrict_short on app.events as restrictive to orgscope_user "
        "using (duration_minutes >= 60 or title = 'it''s (open) to all')"
    )
    found = ask(row=row(ORG_ID))
    assert (found.reaches, found.why) == (False, "restrict_short hides it")


def test_explain__no_row__counts_what_is_reached(ask: Ask) -> None:
    found = ask()
    assert (found.reaches, found.why) == (None, "true for 1 of 2 rows")
    assert found.policies[0].clauses[0][1].note == "true for 1 of 2 rows"


def test_explain__no_row_at_all__cannot_be_told(ask: Ask, practices: Database) -> None:
    practices.admin.execute("delete from app.events")
    found = ask()
    assert (found.reaches, found.why) == (None, "app.events has no row")
    assert [clause.note for _, clause in found.policies[0].clauses] == [""]
    practices.admin.execute("drop policy select_admin on app.profiles")
    hidden = ask(table="app.profiles")
    assert hidden.reaches is None
    assert hidden.why.startswith("the administrator sees no row of app.profiles, because no policy")
    assert ask(command="delete", user_id="user_01STRANGER").reaches is False  # in any case


def test_explain__table_in_quotes__its_rows_are_counted(ask: Ask, practices: Database) -> None:
    practices.admin.execute(
        'create table app."Odd.Events" (like app.events); '
        'grant select on app."Odd.Events" to orgscope_user, orgscope_admin; '
        'insert into app."Odd.Events" select * from app.events'.replace(
            "orgscope_", f"{practices.settings.role_prefix}_"
        )
    )
    found = ask(table='app."Odd.Events"')
    assert (found.reaches, found.why) == (
        True,
        "row security is off, so that the grant decides alone",
    )
    assert ask(table="APP.Events").why == "true for 1 of 2 rows"


def test_explain__update_of_what_select_hides__not_reached(ask: Ask, practices: Database) -> None:
    practices.admin.execute("alter policy select_own_org on app.events using (title <> 'Intake')")
    found = ask(command="update", row=row(ORG_ID))
    assert (found.reaches, found.why) == (
        False,
        "by select it is not seen: no policy lets it through",
    )
    assert [policy.truth for policy in found.policies] == [True]


def test_explain__no_grant__said(ask: Ask, practices: Database) -> None:
    practices.admin.execute("revoke select on app.events from orgscope_user")
    assert ask(row=row(ORG_ID)).why == "the request role has no grant"


def test_explain__row_security_off__said(ask: Ask, practices: Database) -> None:
    practices.admin.execute("alter table app.events disable row level security")
    found = ask(row=row(OTHER_ORG))
    assert found.reaches is True
    assert "row security is off" in found.why


def test_explain__role_and_permissions__filled_in(ask: Ask, practices: Database) -> None:
    practices.admin.execute(
        "create policy team on app.events for select to orgscope_user using ("
        "(select authz.role()) = 'chief' and (select authz.has_permission('events:read')) "
        "or 'events:all' = any ((select authz.permissions())::text[]) "
        "or (select authz.claims_or_null() ->> 'role') = 'owner')"
    )
    other = row(OTHER_ORG)
    assert ask(row=other).reaches is False
    assert ask(row=other, role="chief").reaches is False
    assert ask(row=other, role="chief", permissions=("events:read",)).reaches is True
    assert ask(row=other, permissions=("events:all",)).reaches is True
    assert ask(row=other, role="owner").reaches is True


def test_explain__function_of_the_project__body_of_the_catalogue_is_followed(
    ask: Ask, practices: Database
) -> None:
    practices.admin.execute(
        "create function app.here() returns text language sql stable begin atomic "
        "select authz.org_id_or_null(); end"
    )
    practices.admin.execute(
        "alter policy select_own_org on app.events using (org_id = (select app.here()))"
    )
    assert ask(row=row(ORG_ID)).reaches is True
    assert ask(row=row(OTHER_ORG)).reaches is False


def test_explain__function_in_quotes__body_of_the_catalogue_is_followed(
    ask: Ask, practices: Database
) -> None:
    practices.admin.execute(
        'create schema "The Shop"; grant usage on schema "The Shop" to public; '
        'create function "The Shop"."here, (now"() returns text language sql stable begin atomic '
        "select authz.org_id_or_null(); end"
    )
    practices.admin.execute(
        "alter policy select_own_org on app.events "
        'using (org_id = (select "The Shop"."here, (now"()))'
    )
    assert ask(row=row(ORG_ID)).reaches is True
    assert ask(row=row(OTHER_ORG)).reaches is False


def test_explain__function_whose_body_is_text__cannot_be_told(
    ask: Ask, practices: Database
) -> None:
    practices.admin.execute(
        "create function app.here() returns text language plpgsql stable as "
        "'begin return authz.org_id_or_null(); end'"
    )
    practices.admin.execute(
        "alter policy select_own_org on app.events using (org_id = (select app.here()))"
    )
    found = ask(row=row(ORG_ID))
    assert (found.reaches, found.why) == (None, "not every clause can be told")
    assert "app.here" in found.policies[0].clauses[0][1].note


def test_explain__condition_that_raises__said_and_the_others_are_told(
    ask: Ask, practices: Database
) -> None:
    practices.admin.execute(
        "create policy odd on app.events for select to orgscope_user using (1 / (duration_minutes - 30) > 0)"
    )
    found = ask(row=row(ORG_ID))
    notes = {policy.name: policy.clauses[0][1].note for policy in found.policies}
    assert notes == {"odd": "it raises SQLSTATE 22012", "select_own_org": ""}
    assert found.reaches is True


def test_explain__policy_that_reads_another_table__names_it(ask: Ask, practices: Database) -> None:
    practices.admin.execute(
        "create policy known on app.events for select to orgscope_user using ("
        "exists (select from app.profiles as p where p.user_id = events.owner_id))"
    )
    [known] = [one for one in ask(row=row(ORG_ID)).policies if one.name == "known"]
    assert known.reads == ("app.profiles",)
    assert known.truth is True


def test_explain__reason__stands_in_the_audit(ask: Ask, practices: Database) -> None:
    ask()
    assert practices.rows("select kind, reason from audit.contexts where reason = 'a test'") == [
        ("admin", "a test")
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"table": "app.nothing"}, "there is no table app.nothing"),
    ({"table": "events"}, "with its schema"),
    ({"command": "truncate"}, "expected one of select, insert, update, delete"),
    ({"row": {"id": EVENT}}, "2 rows of app.events"),
    ({"row": {"id": "none"}}, "0 rows of app.events"),
    ({"row": {"no_such": "1"}}, "no_such"),
    ({"table": "authz.seal_keys"}, "the administrator may not read authz.seal_keys"),
]


def test_explain__wrong_question__says_what_was_expected(ask: Ask) -> None:
    for changes, said in WRONG:
        with pytest.raises(ConfigurationError, match=said):
            ask(**changes)


def test_explain__no_reason__refused(practices: Database) -> None:
    with pytest.raises(Forbidden):
        explain(practices.settings, Asked("app.events", USER_ID, ORG_ID), reason="")


def test_explain__what_it_says__is_what_a_request_sees(ask: Ask, practices: Database) -> None:
    practices.put_key()
    with practices.context() as connection:
        seen = {
            org_id for (org_id,) in connection.execute("select org_id from app.events").fetchall()
        }
    said = {org_id for org_id in (ORG_ID, OTHER_ORG) if ask(row=row(org_id)).reaches}
    assert said == seen == {ORG_ID}


def test_bookings_policies__every_table_and_command__can_be_told(ask: Ask) -> None:
    for table in (path.stem for path in Path(BOOKING / "policies" / "app").glob("*.sql")):
        for command in ("select", "insert", "update", "delete"):
            found = ask(table=f"app.{table}", command=command)
            notes = [clause.note for one in found.policies for _, clause in one.clauses]
            assert not [note for note in notes if "authz" in note or "SQLSTATE" in note]
